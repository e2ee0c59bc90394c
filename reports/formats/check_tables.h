// The two tables of `check --format text`: what each server block asks for, and what each client
// gets. On a terminal they have columns, which give way where the terminal is narrow; in a pipe
// each row is a line that can be read alone. `clients` writes its own with the same columns. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

enum class Paint { kNone, kGood, kDoubtful, kBad };

/// `text` in the colour of `paint`; unchanged where `style` has no colours.
std::string painted(std::string_view text, Paint paint, TextStyle style);

struct Cell {
  std::string text;  // "": nothing to tell; columns then show `-`, lines leave the cell out
  Paint paint = Paint::kNone;
  std::string before = {};  // what a line of a pipe has in front of it, since it has no head
};

using Row = std::vector<Cell>;

/// The first of `rows` is the head; then a blank line. "" without another row. `columns`: of the
/// terminal; 0: as wide as they come.
std::string table_text(const std::vector<Row>& rows, TextStyle style, std::size_t columns);

/// The server blocks that ask for client certificates, then a blank line; "" when none does.
std::string server_table(const Report& report);

/// Each canary and client at each server block that asks, then a blank line; "" when there is none.
std::string client_table(const Report& report);

}  // namespace mtls::reports::formats
