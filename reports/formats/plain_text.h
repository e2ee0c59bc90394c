// What the formats for other programs share: an issue in one line or a few, and its place as these
// programs want it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

/// `path` seen from `directory`: relative when it is below it, otherwise as it is.
std::string seen_from(const std::string& directory, const std::string& path);

/// Where the issue is: its line of the configuration, else the file that it speaks of, else the
/// main configuration file, both without a line. The path is that on this machine, seen from
/// report.directory. `file` is "" where there is none: `check CA_BUNDLE` reads no configuration.
FilePosition place_of(const Issue& issue, const Report& report);

/// `DETAIL MEANING Fix: REMEDY`, in one line, printable.
std::string one_line(const Issue& issue);

/// Of text for people: that of the terminal, between 40 and kTextWidth.
std::size_t text_width(const Report& report);

/// One line in a pipe, which is read by line; as many as `text` needs on a terminal.
std::string told(const std::string& text, const Report& report);

/// An issue at or above --fail-on.
bool fails(const Issue& issue, const Report& report);

}  // namespace mtls::reports::formats
