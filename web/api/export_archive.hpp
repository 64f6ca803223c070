#pragma once

#include "server/transfer/mbox_quoter.hpp"
#include "server/transfer/zip_writer.hpp"
#include "storage/transfer.hpp"

#include <string>
#include <string_view>

namespace pillarbox::api {

/// The file that mail is exported into, message after message. Pure: each call
/// puts what comes next behind `out`.
class Archive
{
public:
    virtual ~Archive() = default;

    /// Begins a message of that mailbox. `head` are its first octets, as far as
    /// they are at hand; append() brings them again.
    virtual void begin(const storage::Leaving& message, std::string_view mailbox, std::string_view head,
                       std::string& out) = 0;
    virtual void append(std::string_view octets, std::string& out) = 0;
    virtual void finish(std::string& out) = 0;

    /// Ends it. `missing` says in lines what could not be exported; empty: nothing.
    virtual void end(std::string_view missing, storage::Time now, std::string& out) = 0;
};

/// One mbox (RFC 4155). What is missing is told by a last message.
class MboxArchive final : public Archive
{
public:
    explicit MboxArchive(std::string hostname) : hostname_(std::move(hostname)) {}

    void begin(const storage::Leaving& message, std::string_view mailbox, std::string_view head,
               std::string& out) override;
    void append(std::string_view octets, std::string& out) override;
    void finish(std::string& out) override;
    void end(std::string_view missing, storage::Time now, std::string& out) override;

private:
    const std::string hostname_;
    transfer::MboxQuoter quoter_;
};

/// A zip with a file for each message, in a folder for each mailbox. What is
/// missing is told by a text file.
class ZipArchive final : public Archive
{
public:
    void begin(const storage::Leaving& message, std::string_view mailbox, std::string_view head,
               std::string& out) override;
    void append(std::string_view octets, std::string& out) override;
    void finish(std::string& out) override;
    void end(std::string_view missing, storage::Time now, std::string& out) override;

private:
    transfer::ZipWriter zip_;
};

} // namespace pillarbox::api
