#include "reports/formats/check_tables.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "reports/dates.h"
#include "reports/formats/prose.h"
#include "reports/server_names.h"

namespace mtls::reports::formats {
namespace {

constexpr std::string_view kNothing = "-";
constexpr std::size_t kGap = 2;

std::string_view shown(const Cell& cell) { return cell.text.empty() ? kNothing : cell.text; }

std::vector<std::size_t> widths_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(shown(row[i])));
    }
  }
  return widths;
}

std::size_t width_of_all(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * kGap);
}

bool has_nothing(const std::vector<Row>& rows, std::size_t column) {
  return std::all_of(rows.begin() + 1, rows.end(),
                     [&](const Row& row) { return row[column].text.empty(); });
}

// Without the columns that tell nothing.
std::vector<Row> telling(const std::vector<Row>& rows) {
  std::vector<Row> kept(rows.size());
  for (std::size_t column = 0; column < rows.front().size(); ++column) {
    if (has_nothing(rows, column)) continue;
    for (std::size_t i = 0; i < rows.size(); ++i) kept[i].push_back(rows[i][column]);
  }
  return kept;
}

// Of the widest word of each column.
std::vector<std::size_t> word_widths_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], widest_word(shown(row[i])));
  }
  return widths;
}

// The column that has most room above its least width; nullopt: none has any.
std::optional<std::size_t> widest(const std::vector<std::size_t>& widths,
                                  const std::vector<std::size_t>& least) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] > least[i] && (!found || widths[i] > widths[*found])) found = i;
  }
  return found;
}

// The widest columns give way until all of them fit into `columns`: as far as no word is broken,
// then as far as some of each word is left.
std::vector<std::size_t> fitted(const std::vector<Row>& rows, std::size_t columns) {
  constexpr std::size_t kLeast = 6;
  std::vector<std::size_t> widths = widths_of(rows);
  for (const auto& least : {word_widths_of(rows), std::vector(widths.size(), kLeast)}) {
    while (width_of_all(widths) > columns) {
      const auto column = widest(widths, least);
      if (!column) break;
      --widths[*column];
    }
  }
  return widths;
}

// One row in as many lines as its highest cell.
std::string row_text(const Row& row, const std::vector<std::size_t>& widths, TextStyle style) {
  std::vector<std::vector<std::string>> cells;
  std::size_t height = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    cells.push_back(broken(shown(row[i]), widths[i]));
    height = std::max(height, cells.back().size());
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    std::size_t owed = 0;  // blanks before the next word: none stand at the end of a line
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string part = line < cells[i].size() ? cells[i][line] : "";
      if (!part.empty()) {
        text.append(owed, ' ');
        text += painted(part, row[i].paint, style);
        owed = 0;
      }
      owed += widths[i] - std::min(widths[i], width_of(part)) + kGap;
    }
    text += "\n";
  }
  return text;
}

// `columns` of the terminal; 0: as wide as they come.
std::string columns_of(std::vector<Row> rows, TextStyle style, std::size_t columns) {
  std::vector<std::size_t> widths = widths_of(rows);
  if (columns > 0 && width_of_all(widths) > columns) {
    rows = telling(rows);
    widths = fitted(rows, columns);
  }
  std::string text;
  for (const Row& row : rows) text += row_text(row, widths, style);
  return text;
}

std::string lines(const std::vector<Row>& rows) {
  std::string text;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    for (const Cell& cell : rows[i]) {
      if (!cell.text.empty()) text += cell.before + cell.text;
    }
    text += "\n";
  }
  return text;
}

std::string table(const std::vector<Row>& rows, const Report& report) {
  return table_text(rows, report.style, report.columns);
}

// How the tables write what differs between a terminal and a pipe: columns have the short names and
// dates of the paragraphs above them, lines have those of the metrics, to be searched for.
class Words {
 public:
  explicit Words(const Report& report)
      : names_(report.assessment.resolved()),
        now_(report.assessment.snapshot.evaluated_at),
        is_plain_(report.style == TextStyle::kPlain) {}

  std::string server(const config::ContextId& id) const {
    return is_plain_ ? base::sanitize(id_text(id), base::kMaxPathBytes) : names_.of(id_text(id));
  }
  std::string instant(const std::optional<base::sys_seconds>& at) const {
    if (!at) return "";
    return is_plain_ || *at == base::kNoExpiry ? base::rfc3339(*at) : day(*at, now_);
  }

 private:
  ServerNames names_;
  base::sys_seconds now_;
  bool is_plain_;
};

Cell enforced(const audit::ServerAudit& judged) {
  const std::string before = ", enforced ";
  if (!judged.enforced) return {"undecidable", Paint::kDoubtful, before};
  return *judged.enforced ? Cell{"yes", Paint::kGood, before} : Cell{"no", Paint::kBad, before};
}

Row server_row(const Words& words, const config::TlsContext& server,
               const audit::ServerAudit& judged) {
  return {{words.server(server.id), Paint::kNone, "server "},
          {std::string(word(server.verify_client.value)), Paint::kNone, ": ssl_verify_client "},
          {std::to_string(server.verify_depth.value), Paint::kNone, ", depth "},
          enforced(judged),
          {words.instant(judged.trust_until), Paint::kNone, ", trust until "}};
}

// `FILE:LINE DIRECTIVE` of the guard; "" without one.
std::string guard_of(const Assessment& assessment, const audit::Verdict& verdict) {
  if (!verdict.refused_by) return "";
  const config::GuardPlace& guard = *verdict.refused_by;
  return assessment.document().path_of(guard.at.file) + ":" + std::to_string(guard.at.line) + " " +
         base::sanitize(guard.directive);
}

Row unknown_row(const Words& words, const config::ContextId& server,
                const audit::Verdict& verdict) {
  return {{verdict.canary, Paint::kNone, "client "},
          {words.server(server), Paint::kNone, " at "},
          {"not known", Paint::kDoubtful, ": "},
          {base::sanitize(verdict.undecidable, base::kMaxPathBytes), Paint::kNone, ", "},
          {},
          {},
          {}};
}

Row client_row(const Words& words, const Assessment& assessment, const config::ContextId& server,
               const audit::Verdict& verdict) {
  if (!verdict.is_judged) return unknown_row(words, server, verdict);
  std::string client_verify = verdict.client_verify;
  if (verdict.code != 0) client_verify += " (" + std::to_string(verdict.code) + ")";
  if (verdict.offered == false) client_verify += " (key not offered)";
  if (!verdict.handshake_alert.empty()) client_verify = verdict.handshake_alert;
  const std::string status = verdict.http_status ? std::to_string(*verdict.http_status) : "";
  return {{verdict.canary, Paint::kNone, "client "},
          {words.server(server), Paint::kNone, " at "},
          {verdict.accepted ? "accepted" : "refused", verdict.accepted ? Paint::kGood : Paint::kBad,
           ": "},
          {client_verify, Paint::kNone, ", "},
          {status, Paint::kNone, ", "},
          {verdict.until_is_unknown ? "unknown" : words.instant(verdict.accepted_until),
           Paint::kNone, ", until "},
          {guard_of(assessment, verdict), Paint::kNone,
           verdict.served == config::Served::kSomewhere ? ", some paths refused by " : ", by "}};
}

}  // namespace

std::string table_text(const std::vector<Row>& rows, TextStyle style, std::size_t columns) {
  if (rows.size() == 1) return "";
  return (style == TextStyle::kPlain ? lines(rows) : columns_of(rows, style, columns)) + "\n";
}

std::string painted(std::string_view text, Paint paint, TextStyle style) {
  std::string plain(text);
  if (style != TextStyle::kColour) return plain;
  constexpr std::string_view kOff = "\x1B[0m";  // ECMA-48 SGR
  switch (paint) {
    case Paint::kGood: return "\x1B[32m" + plain + std::string(kOff);
    case Paint::kDoubtful: return "\x1B[33m" + plain + std::string(kOff);
    case Paint::kBad: return "\x1B[1;31m" + plain + std::string(kOff);
    case Paint::kNone: break;
  }
  return plain;
}

std::string server_table(const Report& report) {
  const Assessment& assessment = report.assessment;
  const Words words(report);
  std::vector<Row> rows{{{"SERVER BLOCK"}, {"VERIFY"}, {"DEPTH"}, {"ENFORCED"}, {"TRUST UNTIL"}}};
  const auto& servers = assessment.resolved().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (config::asks(servers[i])) {
      rows.push_back(server_row(words, servers[i], *assessment.snapshot.servers[i]));
    }
  }
  return table(rows, report);
}

std::string client_table(const Report& report) {
  const Assessment& assessment = report.assessment;
  const Words words(report);
  std::vector<Row> rows{{{"CLIENT"},
                         {"SERVER BLOCK"},
                         {"FATE"},
                         {"$ssl_client_verify"},
                         {"STATUS"},
                         {"UNTIL"},
                         {"REFUSED BY"}}};
  const auto& servers = assessment.resolved().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    for (const audit::Verdict& verdict : assessment.snapshot.servers[i]->verdicts) {
      rows.push_back(client_row(words, assessment, servers[i].id, verdict));
    }
  }
  return table(rows, report);
}

}  // namespace mtls::reports::formats
