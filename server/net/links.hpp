#pragma once

namespace pillarbox::net {

/// A place in a circular list whose elements hold their own links: joining and
/// leaving take constant time and no memory. A list's head is one of these
/// too; alone, it is its own neighbour. Leaves by itself when destroyed.
class Links
{
public:
    Links() = default;
    Links(const Links&) = delete;
    Links& operator=(const Links&) = delete;
    ~Links() { unlink(); }

    /// Whether it is in a list; for a head, whether its list has elements.
    bool linked() const { return next_ != this; }
    Links* next() const { return next_; }

    /// Joins the list of `head` at its end, leaving any other first.
    void link_before(Links& head)
    {
        unlink();
        prev_ = head.prev_;
        next_ = &head;
        prev_->next_ = this;
        head.prev_ = this;
    }

    void unlink()
    {
        prev_->next_ = next_;
        next_->prev_ = prev_;
        prev_ = next_ = this;
    }

private:
    Links* prev_ = this;
    Links* next_ = this;
};

} // namespace pillarbox::net
