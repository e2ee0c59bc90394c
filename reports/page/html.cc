#include "reports/page/html.h"

#include "base/text.h"
#include "reports/markup.h"

namespace mtls::reports::page {

std::string text(std::string_view raw) {
  return escape_markup(base::sanitize(raw, base::kMaxPathBytes));
}

std::string code(std::string_view raw) { return "<code>" + text(raw) + "</code>"; }

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

Table::Table(std::string_view caption, std::vector<Head> heads)
    : caption_(caption), heads_(std::move(heads)) {}

void Table::add(const std::vector<std::string>& cells) {
  rows_ += "<tr role=\"row\">";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == 0) {
      rows_ += "<th role=\"rowheader\" scope=\"row\">" + cells[i] + "</th>";
    } else {
      rows_ += "<td role=\"cell\" data-head=\"" + heads_.at(i).name + "\">" + cells[i] + "</td>";
    }
  }
  rows_ += "</tr>\n";
}

std::string Table::html() const {
  if (rows_.empty()) return "";
  std::string html = "<table role=\"table\"><caption>" + caption_ +
                     "</caption><thead role=\"rowgroup\"><tr role=\"row\">";
  for (const Head& head : heads_)
    html += "<th role=\"columnheader\" scope=\"col\">" + head.name + head.below + "</th>";
  return html + "</tr></thead><tbody role=\"rowgroup\">\n" + rows_ + "</tbody></table>\n";
}

}  // namespace mtls::reports::page
