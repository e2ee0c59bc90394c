// Text for people in lines of a bounded width. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::reports::formats {

inline constexpr std::size_t kTextWidth = 100;  // columns

/// Columns of UTF-8 on a terminal: wide characters take two, combining ones none (wcwidth(3) of
/// C.UTF-8). A byte that is no UTF-8 counts as one.
std::size_t width_of(std::string_view text);

/// The first `count` characters of `text`; all of it where it has fewer.
std::string_view first_characters(std::string_view text, std::size_t count);

/// Columns of the widest piece of `text` that broken() keeps whole if it can.
std::size_t widest_word(std::string_view text);

/// `text` in lines of at most `width` columns, broken behind a blank or one of `/,:_`
/// where there is one, otherwise anywhere. No line ends with a blank. At least one line.
std::vector<std::string> broken(std::string_view text, std::size_t width);

/// `text` behind `first`, its further lines behind as many blanks, none wider than `width`
/// where a blank allows it; ends with a newline. A command (what follows `Run: ` up to the end) has
/// a line of its own and is never broken, so that it can be copied.
std::string wrapped(std::string_view first, std::string_view text, std::size_t width = kTextWidth);

}  // namespace mtls::reports::formats
