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

// A line behind the place, which is the end of a word that ends a statement.
TextEdit line_behind(const std::string& file, std::string_view text, std::size_t at,
                     const std::string& indent, const std::string& statement) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  const std::string_view rest = text.substr(at, end - at);
  const std::size_t word = rest.find_first_not_of(" \t\r");
  const bool is_last = word == std::string_view::npos || rest[word] == '#';
  if (!is_last) {  // something else stands on this line
    return {.file = file, .range = {static_cast<std::uint32_t>(at), 0}, .text = " " + statement};
  }
  const std::string feed = line_end_of(text);
  if (end == text.size()) {
    return {.file = file,
            .range = {static_cast<std::uint32_t>(end), 0},
            .text = feed + indent + statement};
  }
  return {.file = file,
          .range = {static_cast<std::uint32_t>(end + 1), 0},
          .text = indent + statement + feed};
}

// Where the block's `{` is: behind the last argument.
std::size_t behind_brace(std::string_view text, const Directive& block) {
  const std::size_t from = block.args.empty() ? block.word.end() : block.args.back().range.end();
  const std::size_t brace = text.find('{', from);
  return brace == std::string_view::npos ? text.size() : brace + 1;
}

TextEdit inserted(const std::string& file, std::string_view text, const Directive& place,
                  const std::string& statement) {
  if (place.block) {
    return line_behind(file, text, behind_brace(text, place), inner_indentation(text, place),
                       statement);
  }
  return line_behind(file, text, place.range.end(), indentation(text, place.range.offset),
                     statement);
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

// Sets the header as the other way to the backend does; clears it where a client's own would pass.
std::optional<std::string> header(const Assessment& assessment, const audit::Finding& finding,
                                  const TextOf& text_of) {
  const auto index = index_of(assessment, finding);
  if (!index) return std::nullopt;
  const auto& gaps = assessment.resolved().servers[*index].header_gaps;
  const bool clears = finding.kind == FindingKind::kIdentityHeaderSpoofable;
  const auto gap = std::ranges::find_if(gaps, [&](const auto& one) {
    return one.at == *finding.at && one.is_spoofable == clears &&
           finding.detail.find(one.header) != std::string::npos;
  });
  if (gap == gaps.end()) return std::nullopt;
  const Directive* set = find_at(assessment.document().main, gap->set_at);
  const bool is_found = set != nullptr && !set->block && !set->args.empty();
  std::string statement =
      "proxy_set_header " + (is_found ? set->args.front().text : gap->header) + " \"\";";
  if (!clears && is_found) {
    const std::string other = text_of(assessment.document().path_of(set->at.file));
    statement = other.substr(set->range.offset, set->range.length);
  }
  return statement;
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
  if (edit->action != Edit::Action::kSet) return std::nullopt;
  if (edit->directive == "error_page") return error_page(file, *place);
  if (edit->directive == "error_log") return error_log(file, *place);
  if (edit->directive == "proxy_set_header") {
    const auto statement = header(assessment, finding, text_of);
    return statement ? std::optional(inserted(file, text, *place, *statement)) : std::nullopt;
  }
  const auto value = value_of(*edit, assessment, finding);
  if (!value) return std::nullopt;
  if (place->name == edit->directive && !place->args.empty())
    return replaced_arguments(file, *place, *value);
  return inserted(file, text, *place, std::string(edit->directive) + " " + *value + ";");
}

std::string applied(const TextEdit& edit, const std::string& text) {
  std::string changed = text;
  return changed.replace(edit.range.offset, edit.range.length, edit.text);
}

}  // namespace mtls::reports::fix
