#include "server/base/domain_name.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace pillarbox::domain_name {
namespace {

TEST(DomainName, IsInALabels)
{
    struct Case
    {
        const char* name;
        std::optional<std::string> ascii;
    };
    for (const Case& c : std::initializer_list<Case>{
             {"Example.ORG", "example.org"},
             {"bücher.example", "xn--bcher-kva.example"},
             {"BÜCHER.Example", "xn--bcher-kva.example"},
             {"bu\xCC\x88"
              "cher.example",
              "xn--bcher-kva.example"},
             {"ｂücher．example", "xn--bcher-kva.example"}, // full width, its dot too
             {"faß.de", "xn--fa-hia.de"},
             {"例え。テスト", "xn--r8jz45g.xn--zckzah"},
             {"xn--bcher-kva.example", "xn--bcher-kva.example"},
             {"", std::nullopt},
             {"☃.example", std::nullopt},
             {"ü\xff.example", std::nullopt},
             {"a_ü.example", std::nullopt},
             {"a＿ü.example", std::nullopt},
             {"a＠ü.example", std::nullopt},
             {"a ü.example", std::nullopt},
             {"-ü.example", std::nullopt},
         })
        EXPECT_EQ(to_ascii(c.name), c.ascii) << c.name;
    EXPECT_FALSE(to_ascii(std::string("ü\0.example", 11)));
    std::string long_label;
    for (int i = 0; i < 60; ++i)
        long_label += "ü";
    EXPECT_FALSE(to_ascii(long_label + ".example"));
}

} // namespace
} // namespace pillarbox::domain_name
