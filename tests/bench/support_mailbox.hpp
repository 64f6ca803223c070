#pragma once

#include "storage/text_extractor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace pillarbox::bench {

/// An account's INBOX, used through the storage library one operation at a
/// time. While no server has the data directory. What the store refuses throws
/// std::runtime_error.
class MailboxProbe
{
public:
    /// What is there is indexed with an `extractor`, or not at all.
    MailboxProbe(const std::filesystem::path& data, const std::string& address,
                 std::shared_ptr<const storage::TextExtractor> extractor = nullptr);
    ~MailboxProbe();

    /// A page of 50 from that position on.
    void list(std::uint32_t position);
    /// As POP3 does at login; with `entries` also what LIST and UIDL need.
    void open_maildrop(bool entries);
    /// The octets of the newest message.
    void read_one();
    void deliver_one(std::size_t octets);
    void remove_newest();
    /// Where mail for an address goes.
    void route(const std::string& local_part, const std::string& domain);
    /// Waits until everything has been indexed.
    void await_index();
    /// The newest 50 that have the word. There must be some.
    void search(const std::string& word);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::bench
