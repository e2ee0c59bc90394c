#include "config/tls/variable_check.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "config/grammar/directive_table.h"
#include "config/grammar/shape.h"
#include "config/grammar/variable_uses.h"
#include "config/syntax/variable_names.h"
#include "config/tls/merge_check.h"
#include "config/vocabulary/nginx_modules.h"
#include "config/vocabulary/variable_table.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::tls {
namespace {

void append(std::vector<syntax::Diagnostic>& all, std::vector<syntax::Diagnostic> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

constexpr Version kCertificateVariables{1, 15, 9};

/// When nginx meets a variable first, which is the order it looks them up in: while it reads, or
/// when it merges, module by module and server by server.
struct Meeting {
  std::uint32_t module = 0;  // of MergeModule; 0: while it reads
  std::size_t server = 0;    // index into ResolvedConfig::servers
  bool in_location = false;
  std::uint32_t order = 0;

  auto operator<=>(const Meeting&) const = default;
};

/// Directives of which only merging compiles the words: in a http block only when some server has
/// none of its own (ngx_http_proxy_init_headers, ngx_http_fastcgi_init_params).
struct Merged {
  std::string_view directive;
  MergeModule module;
  std::size_t word;
};
constexpr std::array kMerged{
    Merged{"proxy_set_body", MergeModule::kProxy, 0},
    Merged{"proxy_set_header", MergeModule::kProxy, 1},
    Merged{"fastcgi_param", MergeModule::kFastcgi, 1},
    Merged{"uwsgi_param", MergeModule::kUwsgi, 1},
    Merged{"scgi_param", MergeModule::kScgi, 1},
    Merged{"grpc_set_header", MergeModule::kGrpc, 1},
};

const Merged* find_merged(std::string_view name) {
  const auto* const found = std::find_if(kMerged.begin(), kMerged.end(),
                                         [&](const Merged& row) { return row.directive == name; });
  return found == kMerged.end() ? nullptr : found;
}

// The first directive that uses the variable; nginx's message has no place.
std::optional<base::SourceLocation> place_of(const std::vector<syntax::Directive>& directives,
                                             const std::string& name) {
  for (const syntax::Directive& directive : directives) {
    for (const syntax::Argument& word : directive.args) {
      const auto used = syntax::variables_in(word.text);
      if (std::find(used.begin(), used.end(), name) != used.end()) return directive.at;
    }
    if (!directive.block) continue;
    if (const auto inside = place_of(*directive.block, name)) return inside;
  }
  return std::nullopt;
}

bool knows_all(const std::vector<syntax::Directive>& directives, vocabulary::Context context) {
  if (context == vocabulary::Context::kData) return true;
  return std::all_of(directives.begin(), directives.end(), [&](const syntax::Directive& directive) {
    if (grammar::find_rule(directive.name) == nullptr && !vocabulary::is_known(directive.name))
      return false;
    return !directive.block ||
           knows_all(*directive.block, grammar::context_inside(directive, context));
  });
}

/// Of one http or stream block, whose servers begin with number `first`.
class Block {
 public:
  Block(const syntax::Directive& block, Module module, std::size_t first, Version version)
      : block_(block), module_(module), version_(version), first_(first), servers_(first) {
    walk(*block.block,
         module == Module::kHttp ? vocabulary::Context::kHttp : vocabulary::Context::kStream);
    for (const auto& [row, directives] : around_) meet_around(*row, directives);
  }

  void meet_certificates(const TlsContext& server, std::size_t index);
  std::vector<syntax::Diagnostic> unknown(const vocabulary::ModuleSet& modules) &&;
  std::vector<syntax::Diagnostic> unreadable() const { return unreadable_; }

 private:
  void walk(const std::vector<syntax::Directive>& directives, vocabulary::Context context);
  void read(const syntax::Directive& directive, vocabulary::Context context);
  void read_line(const syntax::Directive& map, const syntax::Directive& line);
  void read_merged(const Merged& row, const syntax::Directive& directive,
                   vocabulary::Context context);
  void meet_around(const Merged& row, const std::vector<const syntax::Directive*>& directives);
  void meet(grammar::VariableUses uses, Meeting when);
  void meet_merging(const std::string& text, Meeting when);
  void refuse(const std::optional<std::string>& complaint, const syntax::Directive& directive);

  const syntax::Directive& block_;
  Module module_;
  Version version_;
  std::size_t first_;
  std::size_t servers_;  // behind the last one so far
  std::set<std::string, std::less<>> defined_;
  std::set<std::string, std::less<>> read_;  // met while nginx reads: nothing comes before
  std::vector<std::pair<Meeting, std::string>> met_;
  std::map<const Merged*, std::vector<const syntax::Directive*>>
      around_;                                          // directly in the http block
  std::map<const Merged*, std::set<std::size_t>> own_;  // servers that have their own
  std::vector<syntax::Diagnostic> unreadable_;
};

void Block::meet(grammar::VariableUses uses, Meeting when) {
  for (std::string& name : uses.names) {
    if (read_.contains(name)) continue;
    if (when.module == 0) read_.insert(name);
    met_.emplace_back(when, std::move(name));
  }
}

void Block::refuse(const std::optional<std::string>& complaint,
                   const syntax::Directive& directive) {
  if (!complaint) return;
  unreadable_.push_back({.code = base::ErrorCode::kSyntax,
                         .message = *complaint,
                         .at = directive.end,
                         .when = {.order = directive.order}});
}

// nginx names the line at which it merges: that of the block's `}`.
void Block::meet_merging(const std::string& text, Meeting when) {
  grammar::VariableUses uses = grammar::uses_in_word(text);
  if (uses.complaint) {
    unreadable_.push_back({.code = base::ErrorCode::kSyntax,
                           .message = *uses.complaint,
                           .at = block_.close,
                           .when = {.order = block_.last,
                                    .module = when.module,
                                    .server = static_cast<std::uint32_t>(when.server + 1)}});
  }
  meet(std::move(uses), when);
}

void Block::walk(const std::vector<syntax::Directive>& directives, vocabulary::Context context) {
  for (const syntax::Directive& directive : directives) {
    const bool is_server = directive.name == "server" && directive.block;
    read(directive, context);
    if (!directive.block) continue;
    const vocabulary::Context inside = grammar::context_inside(directive, context);
    if (inside == vocabulary::Context::kData) {
      for (const syntax::Directive& line : *directive.block) read_line(directive, line);
    } else if (inside != vocabulary::Context::kOpaque) {
      walk(*directive.block, inside);
    }
    if (is_server) ++servers_;
  }
}

void Block::read(const syntax::Directive& directive, vocabulary::Context context) {
  grammar::VariableUses uses = grammar::uses_of(directive, module_, version_);
  refuse(uses.complaint, directive);
  meet(std::move(uses), {.order = directive.order});
  if (const syntax::Argument* defined = grammar::assigned_variable(directive)) {
    const std::string& text = defined->text;
    if (text.starts_with('$')) defined_.insert(base::ascii_lower(text.substr(1)));
  }
  for (const syntax::Argument& argument : directive.args) {
    for (std::string& group : syntax::named_groups(argument.text))
      defined_.insert(std::move(group));
  }
  if (const Merged* row = find_merged(directive.name)) read_merged(*row, directive, context);
}

// ngx_http_map(): the values; the keys may be patterns with names.
void Block::read_line(const syntax::Directive& map, const syntax::Directive& line) {
  if (map.name != "map") return;
  for (std::string& group : syntax::named_groups(line.name)) defined_.insert(std::move(group));
  if (line.args.size() != 1) return;
  grammar::VariableUses uses = grammar::uses_in_word(line.args.front().text);
  refuse(uses.complaint, line);
  meet(std::move(uses), {.order = line.order});
}

void Block::read_merged(const Merged& row, const syntax::Directive& directive,
                        vocabulary::Context context) {
  if (context == vocabulary::Context::kHttp) {
    around_[&row].push_back(&directive);
    return;
  }
  if (context == vocabulary::Context::kHttpServer) own_[&row].insert(servers_);
  if (row.word >= directive.args.size()) return;
  meet_merging(directive.args[row.word].text,
               {.module = static_cast<std::uint32_t>(row.module),
                .server = servers_,
                .in_location = context != vocabulary::Context::kHttpServer,
                .order = directive.order});
}

// The first server without one of its own is the first to make something of them.
void Block::meet_around(const Merged& row,
                        const std::vector<const syntax::Directive*>& directives) {
  std::size_t heir = first_;
  while (own_[&row].contains(heir)) ++heir;
  if (heir >= servers_) return;
  for (const syntax::Directive* directive : directives) {
    if (row.word >= directive->args.size()) continue;
    meet_merging(directive->args[row.word].text, {.module = static_cast<std::uint32_t>(row.module),
                                                  .server = heir,
                                                  .order = directive->order});
  }
}

// ngx_http_ssl_compile_certificates(): one variable, and all names of the server are compiled.
void Block::meet_certificates(const TlsContext& server, std::size_t index) {
  if (!server.has_context || version_ < kCertificateVariables) return;
  const auto& certificates = server.certificates.value;
  const auto& keys = server.certificate_keys.value;
  const auto meet_name = [&](const NamedFile& named, std::size_t i) {
    const auto* runtime = std::get_if<RuntimePath>(&named.file);
    if (runtime == nullptr) return;
    meet_merging(runtime->text, {.module = static_cast<std::uint32_t>(MergeModule::kSsl),
                                 .server = index,
                                 .order = static_cast<std::uint32_t>(i)});
  };
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    meet_name(certificates[i], i);
    if (i < keys.size()) meet_name(keys[i], i);
  }
}

std::vector<syntax::Diagnostic> Block::unknown(const vocabulary::ModuleSet& modules) && {
  std::stable_sort(met_.begin(), met_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<syntax::Diagnostic> out;
  std::set<std::string, std::less<>> asked;
  for (const auto& [when, name] : met_) {
    if (!asked.insert(name).second || defined_.contains(name)) continue;
    if (vocabulary::is_variable(name, module_, modules, version_)) continue;
    out.push_back({.code = base::ErrorCode::kSyntax,
                   .message = "unknown \"" + name + "\" variable",
                   .at = std::nullopt,
                   .when = {.order = block_.last,
                            .module = static_cast<std::uint32_t>(MergeModule::kVariables),
                            .step = static_cast<std::uint32_t>(out.size() + 1)},
                   .edit_at = place_of(*block_.block, name)});
  }
  return out;
}

}  // namespace

std::vector<syntax::Diagnostic> check_variables(const syntax::Document& document,
                                                const ResolvedConfig& config,
                                                const NginxBuild& build) {
  std::optional<vocabulary::ModuleSet> modules =
      vocabulary::ModuleSet::of(build, vocabulary::loaded_modules(document));
  if (!knows_all(document.globals, vocabulary::Context::kMain) ||
      !knows_all(document.main, vocabulary::Context::kMain)) {
    modules.reset();
  }
  std::vector<syntax::Diagnostic> out;
  for (const Module module : {Module::kHttp, Module::kStream}) {
    const syntax::Directive* around = block_of(document, module);
    if (around == nullptr) continue;
    const auto& servers = config.servers;
    const auto first = std::find_if(servers.begin(), servers.end(), [&](const TlsContext& server) {
      return server.id.module == module;
    });
    const auto begin = static_cast<std::size_t>(first - servers.begin());
    Block block(*around, module, begin, build.version);
    for (std::size_t i = begin; i < servers.size() && servers[i].id.module == module; ++i) {
      block.meet_certificates(servers[i], i);
    }
    append(out, block.unreadable());
    if (modules) append(out, std::move(block).unknown(*modules));
  }
  return out;
}

}  // namespace mtls::config::tls
