#include "server/transfer/uid_list.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

TEST(UidList, IsReadFromDovecot)
{
    const auto list = parse_dovecot_uidlist("3 V1275660208 N25022 G3085f01b7f11094c501100008c4a11c1\n"
                                            "25006 :1276528487.M364837P9451.kurkku,S=1355,W=1394:2,\n"
                                            "25017 W2481 :1276533073.M242911P3632.kurkku:2,F\n"
                                            "25018 Pold-one W1 :1276533074.x\n"
                                            "nonsense\n"
                                            "25019 :\n"
                                            "25020 :1276533075.x");
    ASSERT_EQ(list.size(), 4u);
    const auto& first = list.at("1276528487.M364837P9451.kurkku,S=1355,W=1394");
    EXPECT_EQ(first.uid, 25006u);
    EXPECT_EQ(first.unique_id, "000061ae4c0907b0");
    EXPECT_EQ(list.at("1276533073.M242911P3632.kurkku").unique_id, "000061b94c0907b0");
    EXPECT_EQ(list.at("1276533074.x").unique_id, "old-one");
    EXPECT_EQ(list.at("1276533075.x").uid, 25020u);

    const auto old = parse_dovecot_uidlist("1 1275660208 25022\n25006 1276528487.x:2,S\n");
    ASSERT_EQ(old.size(), 1u);
    EXPECT_EQ(old.at("1276528487.x").unique_id, "000061ae4c0907b0");
}

TEST(UidList, IsReadFromCourier)
{
    const auto list = parse_courier_sizelist("/3 123 1275660208\n"
                                             "1276528487.M364837P9451.host,S=1355 1394 17:1275660208:0\n"
                                             "1276528488.with blank 1394 18:0:1\n"
                                             "1276528489.x:2,S 1394 19:5\n"
                                             "nonsense\n"
                                             "1276528490.x 1394 0:5:0\n"
                                             " 1 2\n");
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(list.at("1276528487.M364837P9451.host,S=1355").unique_id, "UID17-1275660208");
    EXPECT_EQ(list.at("1276528488.with blank").unique_id, "UID18");
    EXPECT_EQ(list.at("1276528489.x").uid, 19u);
}

TEST(UidList, IsEmptyWhenItIsNone)
{
    for (const std::string_view text :
         {"", "x", "3 N1\n1 :a\n", "2 V1\n1 :a\n", "/1 2 3\na 1 2:3\n", "1 x 2\n1 a\n"}) {
        EXPECT_TRUE(parse_dovecot_uidlist(text).empty()) << text;
        EXPECT_TRUE(parse_courier_sizelist(text).empty()) << text;
    }
}

} // namespace pillarbox::transfer
