#include "reports/dump/crossplane.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "base/text.h"
#include "config/file_trees.h"
#include "config/include.h"
#include "reports/json.h"

namespace mtls::reports::dump {
namespace {

constexpr const char* kSpace = " \t\r\n\f\v";

using Words = std::vector<std::string>;

Words words_of(const config::syntax::Directive& directive) {
  Words words;
  for (const config::syntax::Argument& argument : directive.args) words.push_back(argument.text);
  return words;
}

// crossplane strips the parentheses of a condition (_prepare_if_args() of its parser.py).
Words without_parentheses(Words words) {
  if (words.empty() || !words.front().starts_with('(') || !words.back().ends_with(')'))
    return words;
  words.front().erase(0, 1);
  words.front().erase(0, std::min(words.front().find_first_not_of(kSpace), words.front().size()));
  if (!words.back().empty()) words.back().pop_back();
  words.back().erase(words.back().find_last_not_of(kSpace) + 1);
  if (words.front().empty()) words.erase(words.begin());
  if (!words.empty() && words.back().empty()) words.pop_back();
  return words;
}

Json parsed_json(const config::FileTree& tree,
                 const std::vector<config::syntax::Directive>& directives) {
  Json json = Json::array();
  for (const config::syntax::Directive& directive : directives) {
    Words words = words_of(directive);
    if (directive.name == "if") words = without_parentheses(std::move(words));
    Json one{{"directive", directive.name}, {"line", directive.at.line}, {"args", words}};
    const auto includes = tree.includes.find({directive.at.line, directive.at.column});
    if (includes != tree.includes.end()) one["includes"] = includes->second;
    if (directive.block) one["block"] = parsed_json(tree, *directive.block);
    json.push_back(std::move(one));
  }
  return json;
}

// What is wrong with the text itself, as crossplane lists it: for each file, and for all together.
struct TextErrors {
  Json all = Json::array();
  std::map<std::string, Json> of_file;
};

// Only a main file that cannot be read, and a directory in place of a file, have no place: the main
// file stands in, because crossplane's users always find one.
void add(const config::syntax::Document& text, const config::syntax::Diagnostic& diagnostic,
         const std::string& main_path, TextErrors& errors) {
  std::string message = base::sanitize(diagnostic.message, base::kMaxPathBytes);
  std::string file = main_path;
  Json line;
  if (diagnostic.at) {
    file = text.path_of(diagnostic.at->file);
    line = diagnostic.at->line;
    message += " in " + base::sanitize(file, base::kMaxPathBytes) + ":" +
               std::to_string(diagnostic.at->line);
  }
  Json& of_file = errors.of_file.try_emplace(file, Json::array()).first->second;
  of_file.push_back({{"error", message}, {"line", line}});
  errors.all.push_back({{"file", file}, {"error", message}, {"line", line}});
}

// A file that is included several times is read several times; crossplane reads it once.
TextErrors text_errors(base::FileSystem& disk, const std::string& main_path) {
  const config::syntax::Document text =
      config::load_document(disk, main_path, {.checks = config::Checks::kForm});
  TextErrors errors;
  using Known = std::tuple<std::string_view, base::FileId, std::uint32_t>;
  std::set<Known> known;
  for (const config::syntax::Diagnostic& one : text.diagnostics) {
    const bool is_new = !one.at || known.emplace(one.message, one.at->file, one.at->line).second;
    if (is_new) add(text, one, main_path, errors);
  }
  return errors;
}

Json file_json(const TextErrors& all, const config::FileTree& tree) {
  const auto own = all.of_file.find(tree.path);
  const bool is_ok = own == all.of_file.end();
  return {{"file", tree.path},
          {"status", is_ok ? "ok" : "failed"},
          {"errors", is_ok ? Json::array() : own->second},
          {"parsed", parsed_json(tree, tree.directives)}};
}

}  // namespace

std::string dump_crossplane(const Report& report) {
  const std::string& main_path = report.assessment.policy().nginx_conf;
  const auto trees = config::load_file_trees(report.disk, main_path);
  const TextErrors errors = text_errors(report.disk, main_path);
  Json config = Json::array();
  for (const config::FileTree& tree : trees) config.push_back(file_json(errors, tree));
  const Json json{
      {"status", errors.all.empty() ? "ok" : "failed"}, {"errors", errors.all}, {"config", config}};
  // One line of ASCII, as Python's json.dumps() prints it with the separators that crossplane sets.
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace mtls::reports::dump
