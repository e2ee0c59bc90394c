#include "config/tls/runtime_path.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "config/conf_path.h"
#include "config/grammar/directive_table.h"
#include "config/syntax/variable_names.h"

namespace mtls::config::tls {
namespace {

constexpr std::size_t kMostValues = 1000;  // of one map that are followed

bool has_variable(std::string_view text) { return text.find('$') != std::string_view::npos; }

// ngx_http_script_compile(): what a variable's name is made of, upper case being lower case.
std::string variable_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_other = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!is_upper && !is_other) break;
    name += is_upper ? static_cast<char>(c | 0x20) : c;
  }
  return name;
}

// `$name` and nothing else; "" for all other texts.
std::string plain_variable(std::string_view text) {
  if (!text.starts_with('$')) return "";
  std::string name = variable_name(text.substr(1));
  return name.size() + 1 == text.size() ? name : "";
}

struct Template {
  std::string before;
  std::string variable;
  std::string after;
};

// nullopt: not exactly one variable.
std::optional<Template> read_template(std::string_view text) {
  const std::size_t dollar = text.find('$');
  if (dollar == std::string_view::npos || has_variable(text.substr(dollar + 1)))
    return std::nullopt;
  std::string_view rest = text.substr(dollar + 1);
  const bool is_braced = rest.starts_with('{');
  if (is_braced) rest.remove_prefix(1);
  Template out{
      .before = std::string(text.substr(0, dollar)), .variable = variable_name(rest), .after = {}};
  rest.remove_prefix(out.variable.size());
  if (is_braced && !rest.starts_with('}')) return std::nullopt;
  if (is_braced) rest.remove_prefix(1);
  out.after = std::string(rest);
  return out;
}

bool is_script(std::string_view name) {
  return name.find("_by_lua") != std::string_view::npos || name.starts_with("js_") ||
         name.starts_with("perl");
}

// The values of one map; nullopt: some of them nobody can know here, or too many.
std::optional<std::set<std::string>> literal_values(const syntax::Directive& map) {
  std::set<std::string> values;
  for (const syntax::Directive& line : *map.block) {
    if (line.args.empty() && line.name == "volatile") return std::nullopt;
    if (line.args.size() != 1) continue;  // `hostnames`
    if (has_variable(line.args[0].text)) return std::nullopt;
    values.insert(line.args[0].text);
  }
  return values.size() > kMostValues ? std::nullopt : std::optional(values);
}

// Which argument of a directive is the variable it gives a value to: `map source $x`, `geo $a $x`,
// and the first one of `set` and all its kin.
const syntax::Argument* defined_variable(const syntax::Directive& directive) {
  if (directive.args.empty() || grammar::find_rule(directive.name) != nullptr) return nullptr;
  if (directive.name == "geo") return &directive.args.back();
  const bool is_second =
      directive.name == "map" || directive.name == "split_clients" || directive.name == "keyval";
  if (!is_second) return &directive.args.front();
  return directive.args.size() < 2 ? nullptr : &directive.args[1];
}

}  // namespace

RuntimePaths::RuntimePaths(const syntax::Document& document, const std::string& main_path,
                           const NginxBuild& build)
    : main_path_(main_path), build_(build) {
  for (const syntax::Directive& directive : document.main) {
    if (!directive.block) continue;
    if (directive.name == "http") read(*directive.block, http_);
    if (directive.name == "stream") read(*directive.block, stream_);
  }
  keep_unambiguous(http_);
  keep_unambiguous(stream_);
}

void RuntimePaths::read(const std::vector<syntax::Directive>& directives, Variables& variables) {
  for (const syntax::Directive& directive : directives) {
    define(directive, variables);
    variables.has_scripts = variables.has_scripts || is_script(directive.name);
    for (const syntax::Argument& argument : directive.args) {
      for (const std::string& name : syntax::named_groups(argument.text))
        ++variables.definitions[name];
    }
    if (!directive.block) continue;
    if (!syntax::is_data_block(directive)) {
      read(*directive.block, variables);
      continue;
    }
    for (const syntax::Directive& line : *directive.block) {
      for (const std::string& name : syntax::named_groups(line.name)) ++variables.definitions[name];
    }
  }
}

void RuntimePaths::define(const syntax::Directive& directive, Variables& variables) {
  const syntax::Argument* argument = defined_variable(directive);
  const std::string name = argument == nullptr ? "" : plain_variable(argument->text);
  if (name.empty()) return;
  ++variables.definitions[name];
  if (directive.name == "map" && directive.block) {
    if (auto values = literal_values(directive)) variables.maps[name] = std::move(*values);
  }
  if (directive.name == "set" && directive.args.size() == 2 &&
      !has_variable(directive.args[1].text)) {
    variables.sets[name] = {directive.args[1].text};
  }
}

// Two definitions of one variable: which of them counts is another question for each request.
void RuntimePaths::keep_unambiguous(Variables& variables) {
  if (variables.has_scripts) variables.sets.clear();
  for (Values* values : {&variables.maps, &variables.sets}) {
    std::erase_if(*values, [&](const auto& one) { return variables.definitions[one.first] != 1; });
  }
}

FileRef RuntimePaths::file(const std::string& text) const {
  return StaticPath{full_path(text, main_path_)};
}

// ngx_ssl_load_certificate(), ngx_ssl_load_certificate_key(): R2.A's releases, the same for both
// sides and all modules.
bool RuntimePaths::is_known_at_runtime(const std::string& text, CertificatePart part) const {
  const bool is_key = part == CertificatePart::kKey;
  return (text.starts_with("data:") && build_.version >= Version{1, 15, 10}) ||
         (is_key && text.starts_with("engine:")) ||
         (is_key && text.starts_with("store:") && build_.version >= Version{1, 29, 0});
}

FileRef RuntimePaths::server_side(const std::string& text, CertificatePart part,
                                  Module module) const {
  const bool takes_variables = module != Module::kMail && build_.version >= Version{1, 15, 9};
  if (takes_variables && has_variable(text)) {
    return follow(text, {module == Module::kHttp ? &http_.maps : &stream_.maps});
  }
  if (is_known_at_runtime(text, part)) return RuntimePath{text};
  return file(text);
}

std::optional<FileRef> RuntimePaths::upstream_side(const std::string& text, CertificatePart part,
                                                   Module module) const {
  const bool takes_variables = build_.version >= Version{1, 21, 0};
  const bool tries_empty = takes_variables && build_.version < Version{1, 23, 0};  // R2.60
  if (text.empty() && !tries_empty) return std::nullopt;
  if (takes_variables && has_variable(text)) {
    if (module == Module::kStream) return follow(text, {&stream_.maps});
    return follow(text, {&http_.maps, &http_.sets});
  }
  if (is_known_at_runtime(text, part)) return RuntimePath{text};
  return file(text);
}

RuntimePath RuntimePaths::follow(const std::string& text,
                                 const std::vector<const Values*>& sources) const {
  RuntimePath path{text};
  const auto form = read_template(text);
  if (!form) return path;
  for (const Values* source : sources) {
    const auto found = source->find(form->variable);
    if (found == source->end()) continue;
    for (const std::string& value : found->second) {
      const std::string name = form->before + value + form->after;
      const bool is_file = !name.empty() && !name.starts_with("data:") &&
                           !name.starts_with("engine:") && !name.starts_with("store:");
      if (is_file) path.followed.push_back(full_path(name, main_path_));
    }
  }
  return path;
}

}  // namespace mtls::config::tls
