#include "server/smtp/incoming.hpp"

#include "storage/store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace pillarbox::smtp {
namespace {

using namespace std::chrono_literals;
using Fault = TextRules::Fault;

class IncomingTest : public testing::Test
{
protected:
    IncomingTest()
    {
        storage::Options options;
        options.directory = folder_.path() / "store";
        options.disk_reserve = 0;
        store_ = storage::open(options);
    }

    Incoming of_ten_octets() { return {store_->mail().new_spool(), 10, std::nullopt}; }

    static int code_of(const Incoming& message) { return message.refusal() ? message.refusal()->code : 250; }

private:
    test::TemporaryFolder folder_;
    std::unique_ptr<storage::Store> store_;
};

TEST_F(IncomingTest, HasHalfAnHour)
{
    const auto now = Incoming::Clock::now();
    const Incoming message = of_ten_octets();
    EXPECT_GE(message.deadline(), now + 30min);
    EXPECT_LT(message.deadline(), now + 31min);
}

TEST_F(IncomingTest, IsRefusedBeforeItHasComeWhenTooLarge)
{
    auto message = of_ten_octets();
    message.announce(10);
    EXPECT_EQ(code_of(message), 250);
    message.take(4, "four", Fault::none);
    message.announce(6);
    EXPECT_EQ(code_of(message), 250);
    message.announce(7);
    EXPECT_EQ(code_of(message), 552);
    EXPECT_EQ(message.text(), nullptr); // its space is given back

    auto endless = of_ten_octets();
    endless.take(4, "four", Fault::none);
    endless.announce(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(code_of(endless), 552);
}

TEST_F(IncomingTest, IsRefusedForWhatIsWrongFirst)
{
    auto message = of_ten_octets();
    message.take(4, "four", Fault::none);
    message.take(4, "", Fault::nul_octet);
    EXPECT_EQ(code_of(message), 550);
    message.take(100, "", Fault::bare_line_end);
    message.finish();
    ASSERT_EQ(code_of(message), 550);
    EXPECT_TRUE(message.refusal()->text.starts_with("NUL "));
    EXPECT_EQ(message.octets(), 108u);
}

TEST_F(IncomingTest, KeepsWhatCame)
{
    auto message = of_ten_octets();
    message.take(6, "four\r\n", Fault::none);
    message.take(4, "\r\nx", Fault::none); // of four octets, one was a dot's
    message.finish();
    EXPECT_EQ(code_of(message), 250);
    const auto text = message.text();
    EXPECT_EQ(text->read(0, 100).value(), "four\r\n\r\nx");
}

} // namespace
} // namespace pillarbox::smtp
