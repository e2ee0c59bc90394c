#include "reports/dump/crossplane.h"

#include <algorithm>

#include "config/file_trees.h"
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

// Where nginx names no file, the main file stands in: crossplane's users always find one.
std::string file_of(const Assessment& assessment, const audit::NginxError& error) {
  return error.file.empty() ? assessment.policy().nginx_conf : error.file;
}

Json line_of(const audit::NginxError& error) {
  return error.file.empty() ? Json() : Json(error.line);
}

Json file_json(const Assessment& assessment, const std::vector<audit::NginxError>& all,
               const config::FileTree& tree) {
  Json errors = Json::array();
  for (const audit::NginxError& error : all) {
    if (file_of(assessment, error) == tree.path)
      errors.push_back({{"error", error.text()}, {"line", line_of(error)}});
  }
  return {{"file", tree.path},
          {"status", errors.empty() ? "ok" : "failed"},
          {"errors", errors},
          {"parsed", parsed_json(tree, tree.directives)}};
}

}  // namespace

std::string dump_crossplane(const Report& report) {
  const Assessment& assessment = report.assessment;
  const auto trees = config::load_file_trees(report.disk, assessment.policy().nginx_conf);
  const std::vector<audit::NginxError> all = assessment.snapshot.nginx_errors();
  Json errors = Json::array();
  for (const audit::NginxError& error : all) {
    errors.push_back(
        {{"file", file_of(assessment, error)}, {"error", error.text()}, {"line", line_of(error)}});
  }
  Json config = Json::array();
  for (const config::FileTree& tree : trees) config.push_back(file_json(assessment, all, tree));
  const Json json{
      {"status", all.empty() ? "ok" : "failed"}, {"errors", errors}, {"config", config}};
  // One line of ASCII, as Python's json.dumps() prints it with the separators that crossplane sets.
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace mtls::reports::dump
