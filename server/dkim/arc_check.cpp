#include "server/dkim/arc_check.hpp"

namespace pillarbox::dkim {

std::string_view name_of(ArcResult result)
{
    switch (result) {
    case ArcResult::none:
        return "none";
    case ArcResult::fail:
        return "fail";
    case ArcResult::pass:
        return "pass";
    }
    return "none";
}

ArcCheck::ArcCheck(const ArcChain& chain) : chain_(chain), left_(chain.sets().size() + 1), why_(chain.fault())
{}

std::optional<std::string> ArcCheck::needs() const
{
    if (!chain_.present() || !why_.empty() || left_ == 0) return std::nullopt;
    return current().key_name();
}

void ArcCheck::take(const KeyAnswer& answer)
{
    const bool seal = left_ <= chain_.sets().size();
    const std::string& hash = seal ? chain_.sets()[left_ - 1].seal_hash : chain_.signed_hash();
    const Checked checked = check_signature(answer, current(), hash);
    const std::string which =
        seal ? "the seal of set " + std::to_string(left_) + ": " : std::string("its newest signature: ");
    if (checked.outcome != Outcome::pass)
        why_ = which + checked.why;
    else if (checked.testing)
        why_ = which + "its key is being tested, so it does not count";
    else
        --left_;
}

ArcResult ArcCheck::result() const
{
    if (!chain_.present()) return ArcResult::none;
    return why_.empty() && left_ == 0 ? ArcResult::pass : ArcResult::fail;
}

const Signature& ArcCheck::current() const
{
    return left_ <= chain_.sets().size() ? chain_.sets()[left_ - 1].seal : chain_.signature();
}

} // namespace pillarbox::dkim
