// Pieces of HTML that the sections of the page share. What comes from the host goes through text()
// or code(). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::reports::page {

/// Printable and escaped, for text and for quoted attributes.
std::string text(std::string_view raw);
/// text() in `<code>`.
std::string code(std::string_view raw);
/// `1 file`, `2 files`.
std::string counted(std::size_t count, std::string_view one, std::string_view many);

/// A table that becomes a list of cards on a narrow screen, so its roles are written out. The first
/// cell of a row is its header.
class Table {
 public:
  struct Head {
    std::string name;        // plain text of ours
    std::string below = {};  // HTML
  };

  /// `caption`: plain text of ours.
  Table(std::string_view caption, std::vector<Head> heads);
  /// `cells`: HTML, one for each head.
  void add(const std::vector<std::string>& cells);
  /// "" without a row.
  std::string html() const;

 private:
  std::string caption_;
  std::vector<Head> heads_;
  std::string rows_;
};

}  // namespace mtls::reports::page
