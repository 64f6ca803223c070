#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// A file that is read from front to back. What fails throws Failed.
class Input
{
public:
    /// Empty when there is no such file. Links are followed only where `link`
    /// says so; what is no regular file is an error.
    static std::optional<Input> open(const std::filesystem::path& path, bool link);

    static Input standard_input();

    Input(Input&& other) noexcept;
    Input& operator=(Input&& other) noexcept;
    ~Input();

    /// The next octets, at most 256 KiB; empty at the end. Until the next call.
    std::string_view read();

    /// How far it was read, and its size when it was opened (0: nobody knows).
    std::uint64_t offset() const { return offset_; }
    std::uint64_t size() const { return size_; }

    /// When it was changed last.
    std::chrono::sys_seconds changed() const { return changed_; }

private:
    Input(int descriptor, std::string name);

    int descriptor_ = -1;
    std::string name_;
    std::unique_ptr<char[]> piece_;
    std::uint64_t offset_ = 0;
    std::uint64_t size_ = 0;
    std::chrono::sys_seconds changed_{};
};

} // namespace pillarbox::transfer
