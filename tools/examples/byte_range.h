// Byte ranges of HTTP (RFC 9110, section 14), as far as one range at a time goes.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace uaio::examples {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t bytes = 0;  // 0: none of the file
    bool is_part = false;     // was asked for by a Range field
};

inline std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

// What the field `text` ("bytes=0-99", "bytes=100-", "bytes=-5") means for a file of that size. A
// field that is not understood means the whole file, as the standard wants it; nothing is returned
// if it is understood and lies outside of the file.
inline std::optional<ByteRange> byte_range(std::string_view text, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    ByteRange whole{0, size, false};
    std::size_t dash = text.find('-');
    if (text.substr(0, kUnit.size()) != kUnit || dash == text.npos || text.find(',') != text.npos) {
        return whole;
    }
    auto before = number(text.substr(kUnit.size(), dash - kUnit.size()));
    auto after = number(text.substr(dash + 1));
    if (!before && dash == kUnit.size() && after) {  // the last so many bytes
        std::uint64_t bytes = *after < size ? *after : size;
        return bytes > 0 ? std::optional(ByteRange{size - bytes, bytes, true}) : std::nullopt;
    }
    if (!before || (!after && dash + 1 != text.size()) || (after && *after < *before)) {
        return whole;
    }
    if (*before >= size) {
        return std::nullopt;
    }
    std::uint64_t last = after && *after < size ? *after : size - 1;
    return ByteRange{*before, last - *before + 1, true};
}

}  // namespace uaio::examples
