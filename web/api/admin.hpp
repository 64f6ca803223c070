#pragma once

#include "server/admin/failed.hpp"
#include "web/api/text.hpp"
#include "web/http/problem.hpp"
#include "web/http/site.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::api {

/// A quota, in octets, as the store keeps it.
inline constexpr std::uint64_t largest_quota = std::numeric_limits<std::int64_t>::max();

/// Entries of a list, as the verbs list them.
inline constexpr std::size_t most_looked_at = 10'000;

/// What the routes of administrators share, and those that set passwords.
struct Administration
{
    const http::Services& services;
    std::shared_ptr<boost::asio::thread_pool> pool; // passwords are hashed there
};

/// Adds routes that only administrators may take, and hands each handler what
/// they share: `handler(administration, context)`.
class AdminRoutes
{
public:
    AdminRoutes(http::Router& router, Administration administration)
        : router_(router), administration_(std::move(administration))
    {}

    template <class Handler>
    void operator()(std::string_view method, std::string_view path, Handler handler) const
    {
        router_.add(method, path, http::Access::administrator,
                    [shared = administration_, handler](const http::Context& context) {
                        return handler(shared, context);
                    });
    }

private:
    http::Router& router_;
    Administration administration_;
};

void add_admin_overview(http::Router& router, Administration administration);
void add_admin_accounts(http::Router& router, Administration administration);
void add_admin_domains(http::Router& router, Administration administration);
void add_admin_aliases(http::Router& router, Administration administration);
void add_admin_queue(http::Router& router, Administration administration);
void add_admin_suppressed(http::Router& router, Administration administration);

/// Reads the members of a request with the functions that the verbs use, and
/// gathers what those refuse.
class EntryReader
{
public:
    /// What `parse` returns; nothing, and noted, when it throws admin::Failed.
    template <class Parse>
    auto operator()(std::string pointer, Parse parse) -> decltype(parse())
    {
        try {
            return parse();
        } catch (const admin::Failed& failed) {
            errors_.push_back({std::move(pointer), sentence(failed.what())});
            return {};
        }
    }

    /// Notes another mistake.
    void note(std::string pointer, std::string detail)
    {
        errors_.push_back({std::move(pointer), std::move(detail)});
    }

    /// 400 with all of them; none without any. The first one is the detail.
    std::optional<http::Response> refusal(const http::Request& request) const;

private:
    std::vector<http::FieldError> errors_;
};

/// Whether a list is asked for with `?q=`: what an entry must have in it.
struct Filter
{
    std::string words;      // lower case; empty: all
    std::size_t most = 500; // entries in the answer

    bool takes(std::string_view text) const;
};

/// What a list answers with: the first of those that its filter takes, and how
/// many those are.
class Found
{
public:
    explicit Found(const Filter& filter) : most_(filter.most) {}

    /// One more; `describe` is asked for its JSON only while there is room.
    template <class Describe>
    void add(const Describe& describe)
    {
        if (++total_ <= most_) items_.push_back(describe());
    }

    /// {"items": [...], "total": n}
    boost::json::object take() { return {{"items", std::move(items_)}, {"total", total_}}; }

private:
    const std::size_t most_;
    boost::json::array items_;
    std::size_t total_ = 0;
};

/// From the query; nothing when it is malformed.
std::optional<Filter> filter_of(const http::Request& request);

/// Whether the caller signed in long ago, and must do so again before something
/// that cannot be undone, or that opens the account; `detail` says so.
std::optional<http::Response>
ask_again(const http::Context& context,
          std::string_view detail = "This cannot be undone. Enter your password again first.");

} // namespace pillarbox::api
