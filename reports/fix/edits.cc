#include "reports/fix/edits.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "audit/rules/registry.h"
#include "pki/material.h"

namespace mtls::reports::fix {
namespace {

using audit::FindingKind;
using audit::rules::Edit;
using config::syntax::ByteRange;
using config::syntax::Directive;

const Directive* find_at(const std::vector<Directive>& block, const base::SourceLocation& at) {
  for (const Directive& directive : block) {
    if (directive.at == at) return &directive;
    if (!directive.block) continue;
    if (const Directive* inside = find_at(*directive.block, at)) return inside;
  }
  return nullptr;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::string indentation(std::string_view text, std::size_t at) {
  const std::size_t begin = line_begin(text, at);
  std::size_t end = begin;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  return std::string(text.substr(begin, end - begin));
}

std::string line_end_of(std::string_view text) {
  return text.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
}

// What a line inside the block begins with: like its first directive, if that has a line.
std::string inner_indentation(std::string_view text, const Directive& block) {
  if (!block.block->empty()) {
    const Directive& first = block.block->front();
    if (first.at.file == block.at.file && first.at.line > block.end.line)
      return indentation(text, first.range.offset);
  }
  const std::string outer = indentation(text, block.range.offset);
  return outer + (outer.starts_with('\t') ? "\t" : "    ");
}

// Lines behind the place, which is the end of a word that ends a statement.
TextEdit lines_behind(const std::string& file, std::string_view text, std::size_t at,
                      const std::string& indent, const std::vector<std::string>& statements) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  const std::string_view rest = text.substr(at, end - at);
  const std::size_t word = rest.find_first_not_of(" \t\r");
  const bool is_last = word == std::string_view::npos || rest[word] == '#';
  const bool is_end = end == text.size();
  const std::string feed = line_end_of(text);
  std::string lines;
  for (const std::string& statement : statements) {
    if (!is_last) {  // something else stands on this line
      lines.append(" ").append(statement);
    } else if (is_end) {
      lines.append(feed).append(indent).append(statement);
    } else {
      lines.append(indent).append(statement).append(feed);
    }
  }
  const std::size_t begin = !is_last ? at : is_end ? end : end + 1;
  return {.file = file, .range = {static_cast<std::uint32_t>(begin), 0}, .text = lines};
}

// Where the block's `{` is: behind the last argument.
std::size_t behind_brace(std::string_view text, const Directive& block) {
  const std::size_t from = block.args.empty() ? block.word.end() : block.args.back().range.end();
  const std::size_t brace = text.find('{', from);
  return brace == std::string_view::npos ? text.size() : brace + 1;
}

TextEdit inserted(const std::string& file, std::string_view text, const Directive& place,
                  const std::vector<std::string>& statements) {
  if (place.block) {
    return lines_behind(file, text, behind_brace(text, place), inner_indentation(text, place),
                        statements);
  }
  return lines_behind(file, text, place.range.end(), indentation(text, place.range.offset),
                      statements);
}

TextEdit replaced_arguments(const std::string& file, const Directive& directive,
                            const std::string& value) {
  const std::uint32_t begin = directive.args.front().range.offset;
  return {.file = file, .range = {begin, directive.args.back().range.end() - begin}, .text = value};
}

// With its line, if it has one of its own.
TextEdit removed(const std::string& file, std::string_view text, const ByteRange& range) {
  const std::size_t begin = line_begin(text, range.offset);
  const std::size_t end = std::min(text.find('\n', range.end()), text.size());
  const auto is_blank = [&](std::size_t from, std::size_t to) {
    return text.substr(from, to - from).find_first_not_of(" \t\r") == std::string_view::npos;
  };
  const bool is_alone = is_blank(begin, range.offset) && is_blank(range.end(), end);
  if (!is_alone) return {.file = file, .range = range, .text = ""};
  const std::size_t behind = std::min(end + 1, text.size());
  return {.file = file,
          .range = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(behind - begin)},
          .text = ""};
}

std::optional<std::size_t> index_of(const Assessment& assessment, const audit::Finding& finding) {
  if (!finding.context) return std::nullopt;
  const auto& servers = assessment.resolved().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].id == *finding.context) return i;
  }
  return std::nullopt;
}

// As deep as the bundle and the known clients need. Where it is to be limited at all, only what no
// PKI in use needs is cut off: nobody knows the clients.
std::optional<std::string> depth(const Assessment& assessment, const audit::Finding& finding) {
  const auto index = index_of(assessment, finding);
  if (!index) return std::nullopt;
  const audit::ServerAudit& judged = *assessment.snapshot.servers[*index];
  int needed = judged.depth_required.value_or(1);
  for (const audit::Verdict& verdict : judged.verdicts)
    needed = std::max(needed, verdict.depth_needed.value_or(0));
  constexpr int kDeepest = 9;
  if (finding.kind == FindingKind::kDepthUnbounded) needed = std::max(needed, kDeepest);
  if (finding.kind == FindingKind::kDepthBelowTwo) needed = std::max(needed, 2);
  return std::to_string(std::max(needed, 1));
}

// `error_page 400 /refused.html` for 495 and 496 too.
std::optional<TextEdit> error_page(const std::string& file, const Directive& directive) {
  if (directive.name != "error_page" || directive.args.size() < 2) return std::nullopt;
  const auto is_code = [](const config::syntax::Argument& argument) {
    return argument.text.find_first_not_of("0123456789") == std::string::npos;
  };
  const auto page = std::ranges::find_if_not(directive.args, is_code);
  if (page == directive.args.end()) return std::nullopt;
  std::string codes;
  for (const char* code : {"495", "496"}) {
    const bool is_there = std::ranges::any_of(
        directive.args, [&](const auto& argument) { return argument.text == code; });
    if (!is_there) codes += std::string(code) + " ";
  }
  return TextEdit{.file = file, .range = {page->range.offset, 0}, .text = codes};
}

// The same destination at level info.
std::optional<TextEdit> error_log(const std::string& file, const Directive& directive) {
  if (directive.name != "error_log" || directive.args.empty()) return std::nullopt;
  const ByteRange& target = directive.args.front().range;
  return TextEdit{.file = file,
                  .range = {target.end(), directive.args.back().range.end() - target.end()},
                  .text = " info"};
}

// `$ssl_client_s_dn` and its kind, and nothing else.
bool is_client_variable(std::string_view text) {
  constexpr std::string_view kBegin = "$ssl_client_";
  constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyz_";
  return text.starts_with(kBegin) && text.find_first_not_of(kWord, 1) == std::string_view::npos;
}

// Whether the statement tells of verified clients only, in any location of the server block: nginx
// answers 400 to a certificate that fails, and without one the variables are empty, so that the
// header is not sent.
bool tells_verified_clients(const Directive& set, const config::TlsContext& server) {
  const config::VerifyClient mode = server.verify_client.value;
  const bool refuses_failed =
      mode == config::VerifyClient::kOn || mode == config::VerifyClient::kOptional;
  return refuses_failed && set.args.size() == 2 && is_client_variable(set.args.back().text);
}

// The block that holds the directive; null: it stands in none.
const Directive* holder_of(const std::vector<Directive>& block, const base::SourceLocation& at) {
  for (const Directive& directive : block) {
    if (!directive.block) continue;
    const bool holds = std::ranges::any_of(
        *directive.block, [&](const Directive& inside) { return inside.at == at; });
    if (holds) return &directive;
    if (const Directive* deeper = holder_of(*directive.block, at)) return deeper;
  }
  return nullptr;
}

std::string statement_of(const Assessment& assessment, const Directive& directive,
                         const TextOf& text_of) {
  const std::string text = text_of(assessment.document().path_of(directive.at.file));
  return text.substr(std::min<std::size_t>(directive.range.offset, text.size()),
                     directive.range.length);
}

// What the block around `place` takes from outside and would lose with its first header of its own:
// nginx inherits all headers or none.
std::vector<std::string> inherited(const Assessment& assessment, const Directive& place,
                                   std::string_view name, const TextOf& text_of) {
  const auto& main = assessment.document().main;
  std::vector<std::string> statements;
  bool is_own = true;
  for (const Directive* block = holder_of(main, place.at); block != nullptr && statements.empty();
       block = holder_of(main, block->at)) {
    for (const Directive& directive : *block->block) {
      if (directive.name != name) continue;
      if (is_own) return {};
      statements.push_back(statement_of(assessment, directive, text_of));
    }
    is_own = false;
  }
  return statements;
}

// Sets the header as the other way to the backend does; clears it where a client's own would pass
// and the value of the other way would not be known to be right.
std::vector<std::string> header(const Assessment& assessment, const audit::Finding& finding,
                                const Directive& place, const TextOf& text_of) {
  const auto index = index_of(assessment, finding);
  if (!index) return {};
  const config::TlsContext& server = assessment.resolved().servers[*index];
  const bool clears = finding.kind == FindingKind::kIdentityHeaderSpoofable;
  const auto gap = std::ranges::find_if(server.header_gaps, [&](const auto& one) {
    return one.at == *finding.at && one.is_spoofable == clears &&
           finding.detail.find(one.header) != std::string::npos;
  });
  if (gap == server.header_gaps.end()) return {};
  const Directive* set = find_at(assessment.document().main, gap->set_at);
  // `proxy_pass` and `proxy_set_header`, `grpc_pass` and `grpc_set_header`
  const std::string name = place.name.substr(0, place.name.find('_')) + "_set_header";
  if (set == nullptr || set->block || set->args.empty() || set->name != name) return {};
  std::vector<std::string> statements = inherited(assessment, place, name, text_of);
  const bool copies = !clears || tells_verified_clients(*set, server);
  statements.push_back(copies ? statement_of(assessment, *set, text_of)
                              : name + " " + set->args.front().text + " \"\";");
  return statements;
}

// A superseded certificate out of its bundle.
std::optional<TextEdit> certificate(const audit::Finding& finding, const TextOf& text_of) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  if (finding.path.empty() || !finding.fingerprint) return std::nullopt;
  const std::string text = text_of(finding.path);
  for (std::size_t at = text.find(kBegin); at != std::string::npos;
       at = text.find(kBegin, at + 1)) {
    const std::size_t end = text.find(kEnd, at);
    if (end == std::string::npos) break;
    const auto length = static_cast<std::uint32_t>(end + kEnd.size() - at);
    const pki::Material material = pki::parse_material(text.substr(at, length) + "\n");
    const bool is_it = !material.certificates.empty() &&
                       material.certificates.front().facts().fingerprint == *finding.fingerprint;
    if (is_it) return removed(finding.path, text, {static_cast<std::uint32_t>(at), length});
  }
  return std::nullopt;
}

// The variable with names as the pattern has them: the same name with `_legacy`. `within`: the
// words that hold the variable.
std::optional<TextEdit> legacy_variable(const std::string& file, std::string_view text,
                                        const ByteRange& within) {
  constexpr std::string_view kWord =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  for (const std::string_view name : {"ssl_client_s_dn", "ssl_client_i_dn"}) {
    const std::size_t at = text.find(name, within.offset);
    const std::size_t end = at + name.size();
    if (at == std::string_view::npos || end > within.end()) continue;
    if (end < text.size() && kWord.find(text[end]) != std::string_view::npos) continue;
    return TextEdit{.file = file, .range = {static_cast<std::uint32_t>(end), 0}, .text = "_legacy"};
  }
  return std::nullopt;
}

// Whether the rule speaks of every pattern of the map, so that none is meant for the other names.
bool is_all_legacy(const Assessment& assessment, const Directive& map) {
  const std::vector<audit::Finding> findings = findings_of(assessment.snapshot);
  return std::ranges::all_of(*map.block, [&](const Directive& row) {
    const bool is_setting =
        row.name == "default" || row.name == "hostnames" || row.name == "volatile";
    return is_setting || std::ranges::any_of(findings, [&](const audit::Finding& finding) {
             return finding.kind == FindingKind::kLegacyDnRegex && finding.at == row.at;
           });
  });
}

std::optional<TextEdit> legacy_name(const Assessment& assessment, const Directive& place,
                                    const TextOf& text_of) {
  const auto& document = assessment.document();
  const Directive* holder = place.name == "if" ? &place : holder_of(document.main, place.at);
  if (holder == nullptr || holder->args.empty()) return std::nullopt;
  if (holder->name == "map" && !is_all_legacy(assessment, *holder)) return std::nullopt;
  const std::string& file = document.path_of(holder->at.file);
  const std::uint32_t begin = holder->args.front().range.offset;
  const auto& last = holder->name == "map" ? holder->args.front() : holder->args.back();
  return legacy_variable(file, text_of(file), {begin, last.range.end() - begin});
}

std::optional<std::string> value_of(const Edit& edit, const Assessment& assessment,
                                    const audit::Finding& finding) {
  if (!edit.value.empty()) return std::string(edit.value);
  return edit.directive == "ssl_verify_depth" ? depth(assessment, finding) : std::nullopt;
}

}  // namespace

std::optional<TextEdit> edit_for(const Assessment& assessment, const audit::Finding& finding,
                                 const TextOf& text_of) {
  if (finding.kind == FindingKind::kCaSupersededExpired) return certificate(finding, text_of);
  const auto& edit = audit::rules::rule_of(finding.kind).edit;
  if (!edit || !finding.at) return std::nullopt;
  const Directive* place = find_at(assessment.document().main, *finding.at);
  if (place == nullptr) return std::nullopt;
  const std::string file = assessment.document().path_of(place->at.file);
  const std::string text = text_of(file);
  if (place->range.end() > text.size()) return std::nullopt;  // made up, or it has gone
  if (edit->action == Edit::Action::kRemove && place->name == edit->directive)
    return removed(file, text, place->range);
  if (finding.kind == FindingKind::kLegacyDnRegex) return legacy_name(assessment, *place, text_of);
  if (edit->action != Edit::Action::kSet) return std::nullopt;
  if (edit->directive == "error_page") return error_page(file, *place);
  if (edit->directive == "error_log") return error_log(file, *place);
  if (edit->directive == "proxy_set_header") {
    const std::vector<std::string> statements = header(assessment, finding, *place, text_of);
    return statements.empty() ? std::nullopt
                              : std::optional(inserted(file, text, *place, statements));
  }
  const auto value = value_of(*edit, assessment, finding);
  if (!value) return std::nullopt;
  if (place->name == edit->directive && !place->args.empty())
    return replaced_arguments(file, *place, *value);
  return inserted(file, text, *place, {std::string(edit->directive) + " " + *value + ";"});
}

std::string applied(const TextEdit& edit, const std::string& text) {
  std::string changed = text;
  return changed.replace(edit.range.offset, edit.range.length, edit.text);
}

}  // namespace mtls::reports::fix
