#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::storage {

/// A stored message's octets, in pieces from anywhere.
class Octets
{
public:
    virtual ~Octets() = default;

    virtual std::uint64_t size() const = 0;

    /// [offset, offset + length), cut at the end. It holds until the next
    /// call. Empty also when it cannot be read.
    virtual std::string_view read(std::uint64_t offset, std::size_t length) const = 0;
};

/// What is found of a message by its words. UTF-8; several values of one kind
/// are on lines of their own.
struct MessageText
{
    std::string subject;
    std::string from; // names and addresses
    std::string to;
    std::string cc;
    std::string body;
    std::string filenames;                                   // of attachments
    std::string list;                                        // List-Id
    std::vector<std::pair<std::string, std::string>> fields; // the rest of the header, decoded
    std::string message_id;                                  // with its angle brackets
    std::vector<std::string> references;                     // the messages it answers, the nearest last
    bool attachments = false; // at least one part that a person would call a file
};

/// Finds the text of messages for the search; the store knows no MIME. Called
/// on the thread that indexes.
class TextExtractor
{
public:
    virtual ~TextExtractor() = default;

    /// Whatever the octets are, there is an answer, and its size is bounded.
    virtual MessageText extract(const Octets& message) const = 0;

    /// Rises when the same message gives another text: what was indexed is then
    /// indexed again.
    virtual int version() const = 0;
};

} // namespace pillarbox::storage
