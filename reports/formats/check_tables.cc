#include "reports/formats/check_tables.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "reports/formats/prose.h"

namespace mtls::reports::formats {
namespace {

struct Cell {
  std::string text;  // "": nothing to tell; columns then show kNothing, lines leave the cell out
  Paint paint = Paint::kNone;
  std::string before = {};  // what a line of a pipe has in front of it, since it has no head
};

using Row = std::vector<Cell>;

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

std::string columns(const std::vector<Row>& rows, TextStyle style) {
  const std::vector<std::size_t> widths = widths_of(rows);
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += painted(shown(row[i]), row[i].paint, style);
      const std::size_t left = widths[i] - width_of(shown(row[i]));
      if (i + 1 < row.size()) text.append(left + kGap, ' ');
    }
    text += "\n";
  }
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

// The first of `rows` is the head.
std::string table(const std::vector<Row>& rows, TextStyle style) {
  if (rows.size() == 1) return "";
  return (style == TextStyle::kPlain ? lines(rows) : columns(rows, style)) + "\n";
}

std::string server_name(const config::ContextId& id) {
  return base::sanitize(id_text(id), base::kMaxPathBytes);
}

std::string instant(const std::optional<base::sys_seconds>& at) {
  return at ? base::rfc3339(*at) : "";
}

Cell enforced(const audit::ServerAudit& judged) {
  const std::string before = ", enforced ";
  if (!judged.enforced) return {"undecidable", Paint::kDoubtful, before};
  return *judged.enforced ? Cell{"yes", Paint::kGood, before} : Cell{"no", Paint::kBad, before};
}

Row server_row(const config::TlsContext& server, const audit::ServerAudit& judged) {
  return {{server_name(server.id), Paint::kNone, "server "},
          {std::string(word(server.verify_client.value)), Paint::kNone, ": ssl_verify_client "},
          {std::to_string(server.verify_depth.value), Paint::kNone, ", depth "},
          enforced(judged),
          {instant(judged.trust_until), Paint::kNone, ", trust until "}};
}

// `FILE:LINE DIRECTIVE` of the guard; "" without one.
std::string guard_of(const Assessment& assessment, const audit::Verdict& verdict) {
  if (!verdict.refused_by) return "";
  const config::GuardPlace& guard = *verdict.refused_by;
  return assessment.document().path_of(guard.at.file) + ":" + std::to_string(guard.at.line) + " " +
         base::sanitize(guard.directive);
}

Row unknown_row(const config::ContextId& server, const audit::Verdict& verdict) {
  return {{verdict.canary, Paint::kNone, "client "},
          {server_name(server), Paint::kNone, " at "},
          {"not known", Paint::kDoubtful, ": "},
          {base::sanitize(verdict.undecidable, base::kMaxPathBytes), Paint::kNone, ", "},
          {},
          {},
          {}};
}

Row client_row(const Assessment& assessment, const config::ContextId& server,
               const audit::Verdict& verdict) {
  if (!verdict.is_judged) return unknown_row(server, verdict);
  std::string client_verify = verdict.client_verify;
  if (verdict.code != 0) client_verify += " (" + std::to_string(verdict.code) + ")";
  if (verdict.offered == false) client_verify += " (key not offered)";
  if (!verdict.handshake_alert.empty()) client_verify = verdict.handshake_alert;
  const std::string status = verdict.http_status ? std::to_string(*verdict.http_status) : "";
  return {{verdict.canary, Paint::kNone, "client "},
          {server_name(server), Paint::kNone, " at "},
          {verdict.accepted ? "accepted" : "refused", verdict.accepted ? Paint::kGood : Paint::kBad,
           ": "},
          {client_verify, Paint::kNone, ", "},
          {status, Paint::kNone, ", "},
          {verdict.until_is_unknown ? "unknown" : instant(verdict.accepted_until), Paint::kNone,
           ", until "},
          {guard_of(assessment, verdict), Paint::kNone,
           verdict.served == config::Served::kSomewhere ? ", some paths refused by " : ", by "}};
}

}  // namespace

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

std::string server_table(const Assessment& assessment, TextStyle style) {
  std::vector<Row> rows{{{"SERVER BLOCK"}, {"VERIFY"}, {"DEPTH"}, {"ENFORCED"}, {"TRUST UNTIL"}}};
  const auto& servers = assessment.resolved().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (config::asks(servers[i])) {
      rows.push_back(server_row(servers[i], *assessment.snapshot.servers[i]));
    }
  }
  return table(rows, style);
}

std::string client_table(const Assessment& assessment, TextStyle style) {
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
      rows.push_back(client_row(assessment, servers[i].id, verdict));
    }
  }
  return table(rows, style);
}

}  // namespace mtls::reports::formats
