#include "server/transfer/mbox_fields.hpp"

#include "storage/types.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

namespace flag = storage::flag;

TEST(MboxFields, AreTakenFromTheHeader)
{
    struct Case
    {
        std::string header;
        std::string rest;
        std::uint32_t flags;
        std::string unique_id = {};
    };
    const Case cases[] = {
        {"", "", 0},
        {"\n", "\n", 0},
        {"A: 1\n\n", "A: 1\n\n", 0},
        {"A: 1\nStatus: RO\n\n", "A: 1\n\n", flag::seen},
        {"A: 1\r\nstatus: O\r\nX-STATUS: AFTD\r\n\r\n", "A: 1\r\n\r\n",
         flag::answered | flag::flagged | flag::draft},
        {"Status: R\n O\nA: 1\n folded\n\n", "A: 1\n folded\n\n", flag::seen},
        {"X-Status: A\nStatus: RO\n\n", "\n", flag::answered | flag::seen},
        {"Status-Of: R\n\n", "Status-Of: R\n\n", 0},
        {"X-UIDL: abc \nStatus: R\nX-UIDL: def\n\n", "X-UIDL: abc \nX-UIDL: def\n\n", flag::seen, "abc"},
        {"Status: R", "", flag::seen},
        // As we write them: then others are the message's own.
        {"Status: RO\nX-Status: A\nStatus: its own\nA: 1\n\n", "Status: its own\nA: 1\n\n",
         flag::seen | flag::answered},
        {"Status: O\nX-Status:\nX-Status: F\n\n", "X-Status: F\n\n", 0},
        {"Status: O\nX-Status:\n", "", 0},
        {"Status: O\nX-Status:\n folded\n", " folded\n", 0},
        {"Status: its own\nX-Status: A\n\n", "\n", flag::answered},
    };
    for (const auto& [header, rest, flags, unique_id] : cases) {
        auto left = header;
        const auto found = take_mbox_fields(left);
        EXPECT_EQ(left, rest) << header;
        EXPECT_EQ(found.flags, flags) << header;
        EXPECT_EQ(found.unique_id, unique_id) << header;
    }
}

TEST(MboxFields, AreReadAsTheyWereWritten)
{
    for (std::uint32_t flags = 0; flags < 16; ++flags) {
        auto header = write_mbox_fields(flags) + "A: 1\n\n";
        EXPECT_EQ(take_mbox_fields(header).flags, flags);
        EXPECT_EQ(header, "A: 1\n\n");
    }
}

TEST(MboxFields, TellWhoAMessageIsFrom)
{
    EXPECT_EQ(return_path_of("Return-Path: <a@example.org>\r\nA: 1\r\n"), "a@example.org");
    for (const std::string_view head :
         {"Return-Path: <>\r\n", "", "A: 1\r\nReturn-Path: <a@example.org>\r\n",
          "Return-Path: a@example.org\r\n", "Return-Path:\r\n <a@example.org>\r\n"})
        EXPECT_EQ(return_path_of(head), "") << head;
}

} // namespace pillarbox::transfer
