#pragma once

#include "server/mime/scanner.hpp"
#include "storage/mail.hpp"
#include "web/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace pillarbox::api {

using http::awaitable;

/// What messages are made of, kept for those that were looked at last: a
/// reader asks for a message, its text and its pictures one after the other,
/// and nothing in a stored message ever changes. Any reactor may ask.
class Structures
{
public:
    using Shared = std::shared_ptr<const mime::Structure>;

    /// From memory, or by reading the message once. Errors: those of Mail::open.
    /// Who may see the message was asked before.
    awaitable<storage::Result<Shared>> find(storage::Mail& mail, storage::MessageId message);

private:
    static constexpr std::size_t most = 128; // messages kept
    static constexpr std::size_t largest =
        std::size_t{64} * 1024; // octets of a structure that is kept, about

    Shared look_up(std::int64_t id);
    void keep(std::int64_t id, Shared structure);

    using Order = std::list<std::pair<std::int64_t, Shared>>;
    std::mutex mutex_;
    Order order_; // last used first
    std::unordered_map<std::int64_t, Order::iterator> by_id_;
};

/// The first `most` octets of [begin, end) of a message.
awaitable<storage::Result<std::string>> read_range(storage::MessageReader& reader, std::uint64_t begin,
                                                   std::uint64_t end, std::size_t most);

/// [begin, end) of a message as it lies.
class RawSource : public http::Source
{
public:
    RawSource(std::unique_ptr<storage::MessageReader> reader, std::uint64_t begin, std::uint64_t end);
    awaitable<storage::Result<std::string_view>> next() override;

private:
    std::unique_ptr<storage::MessageReader> reader_;
    std::uint64_t left_; // octets
};

/// A part without its transfer encoding.
class PartSource : public http::Source
{
public:
    PartSource(std::unique_ptr<storage::MessageReader> reader, std::uint64_t begin, std::uint64_t end,
               mime::Encoding encoding);
    awaitable<storage::Result<std::string_view>> next() override;

    /// Reads the part to its end and counts what next() will give from here
    /// on; the answer's length has to be said before its first octet.
    awaitable<storage::Result<std::uint64_t>> measure();

private:
    void rewind();

    std::unique_ptr<storage::MessageReader> reader_;
    std::uint64_t begin_;
    std::uint64_t end_;
    mime::Encoding encoding_;
    std::uint64_t left_ = 0; // octets, encoded
    bool finished_ = false;
    mime::TransferDecoder decoder_;
    std::string piece_;
};

} // namespace pillarbox::api
