#pragma once

#include "web/api/content.hpp"
#include "web/http/site.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/json/object.hpp>

#include <memory>

namespace pillarbox::api {

/// What is needed to show messages whole.
struct Whole
{
    const http::Services& services;
    std::shared_ptr<Structures> structures;
    std::shared_ptr<boost::asio::thread_pool> pool; // for what takes above a millisecond
};

/// All that GET /messages/{id} says of a message. Errors: those of Mail::open.
awaitable<storage::Result<boost::json::object>> describe_whole(const Whole& whole, storage::Listed message);

} // namespace pillarbox::api
