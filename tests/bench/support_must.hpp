#pragma once

#include "storage/result.hpp"

#include <exception>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace pillarbox::bench {

/// What the store returned. Throws std::runtime_error when it refused.
template <class T>
T must(storage::Result<T> result)
{
    if (!result) throw std::runtime_error("the store said: " + result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// For a coroutine that nobody awaits: what escapes it ends the benchmark.
inline void rethrow(std::exception_ptr error)
{
    if (error) std::rethrow_exception(error);
}

} // namespace pillarbox::bench
