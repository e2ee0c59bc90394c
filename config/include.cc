#include "config/include.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <utility>

#include "config/conf_path.h"
#include "config/grammar/data_lines.h"
#include "config/grammar/shape.h"
#include "config/syntax/parser.h"
#include "config/vocabulary/nginx_modules.h"

namespace mtls::config {
namespace {

using base::ErrorCode;

// Inside more blocks than this no file is included, so that the recursion of all code that walks
// the tree stays bounded.
constexpr std::size_t kMaxBlockDepth = 100;

// More is nothing that somebody wrote, and each may become a finding.
constexpr std::size_t kMaxNotes = 10'000;

// `, mode 600, owner root`, where the disk says it.
std::string rights_of(const base::Error& error) {
  const std::size_t begin = error.message.rfind(" (mode ");
  if (begin == std::string::npos) return "";
  const std::size_t from = begin + std::string_view(" (").size();
  return ", " + error.message.substr(from, error.message.find(')', from) - from);
}

std::string open_error(const base::Error& error, const std::string& path) {
  switch (error.code) {
    case ErrorCode::kMissing:
      return "open() \"" + path + "\" failed (2: No such file or directory)";
    case ErrorCode::kPermission:
      return "open() \"" + path + "\" failed (13: Permission denied)" + rights_of(error);
    case ErrorCode::kLoop:
      return "open() \"" + path + "\" failed (40: Too many levels of symbolic links)";
    case ErrorCode::kSocket: return "open() \"" + path + "\" failed (6: No such device or address)";
    case ErrorCode::kFifo:  // nginx prints nothing: it hangs
      return "open() \"" + path + "\" waits until somebody writes into this FIFO";
    case ErrorCode::kNotRegular: return "pread() \"" + path + "\" failed (21: Is a directory)";
    default: return "\"" + path + "\" cannot be read: " + error.message;
  }
}

// nginx reads as many bytes as the inode says, which is none for a device: `/dev/null`. Among files
// that are not regular, only a directory contains a `.`.
bool is_device(base::FileSystem& disk, const std::string& path, ErrorCode code) {
  if (code != ErrorCode::kNotRegular) return false;
  const auto inside = disk.stat(path + "/.");
  return !inside && inside.error().code != ErrorCode::kNotRegular;
}

// The complaint at `order` ended the reading inside these blocks. They never end, and nginx merges
// nothing at their end.
void extend_open_blocks(std::vector<syntax::Directive>& directives, std::uint32_t order) {
  if (directives.empty() || !directives.back().block || directives.back().close) return;
  directives.back().last = order;
  extend_open_blocks(*directives.back().block, order);
}

// Reads in nginx's order and complains in that order: a complaint about a directive comes before
// those about what follows it.
class Loader {
 public:
  Loader(base::FileSystem& disk, const std::string& main_path, const Reading& reading)
      : disk_(disk),
        main_path_(main_path),
        reading_(reading),
        limits_(reading.limits),
        modules_(vocabulary::ModuleSet::of(reading.build, {})) {}

  syntax::Document load() &&;

 private:
  // The block that is being read. Files included in it share it.
  struct Block {
    vocabulary::Context context = vocabulary::Context::kMain;
    std::size_t depth = 0;  // number of enclosing blocks
    std::string name = {};
    grammar::Seen seen = {};
    grammar::DataSeen data = {};

    // R1.20: split_clients and charset_map know no `include`.
    bool includes() const { return name != "split_clients" && name != "charset_map"; }
  };

  std::vector<syntax::Directive> read_file(const std::string& path, Block& block,
                                           const syntax::Directive* from);
  std::vector<syntax::Directive> read_text(std::string_view text, const std::string& path,
                                           Block& block);
  void read_globals(Block& main);
  std::vector<syntax::Directive> splice(std::vector<syntax::Directive> directives, Block& block);
  std::vector<syntax::Directive> expand(const syntax::Directive& include, Block& block);
  std::optional<syntax::Diagnostic> refusal(const std::string& path,
                                            const syntax::Directive& include,
                                            std::size_t depth) const;
  std::optional<std::string> error_of(const syntax::Directive& directive, Block& block) const;
  void check_shape(const syntax::Directive& directive, Block& block);
  void note_module(const syntax::Directive& directive, const Block& block);
  // ngx_http_geo_include() and its kin in stream expand names from 1.29.8 on.
  bool expands_names(const Block& block) const {
    const bool in_geo = block.context == vocabulary::Context::kData && block.name == "geo";
    return !in_geo || reading_.build.version >= Version{1, 29, 8};
  }
  vocabulary::Release release() const {
    return {.version = reading_.build.version, .modules = modules_ ? &*modules_ : nullptr};
  }
  base::FileId id_of(const std::string& path);
  void note_unsearchable(const std::string& pattern, const syntax::Directive& include);
  void complain(ErrorCode code, std::string message, std::optional<base::SourceLocation> at);

  base::FileSystem& disk_;
  const std::string& main_path_;
  const Reading& reading_;
  const IncludeLimits& limits_;
  syntax::Document document_;
  std::vector<std::string> chain_;   // the files being read, outermost first
  std::vector<std::string> loaded_;  // arguments of load_module so far
  std::optional<vocabulary::ModuleSet> modules_;
  std::size_t reads_ = 0;
  std::size_t total_bytes_ = 0;
  std::uint32_t order_ = 0;
  std::unordered_map<std::string, base::FileId> ids_;
};

void Loader::complain(ErrorCode code, std::string message, std::optional<base::SourceLocation> at) {
  if (at && chain_.empty()) {  // -g is in no file (ngx_conf_log_error())
    message += " in command line";
    at.reset();
  }
  document_.diagnostics.push_back(
      {.code = code, .message = std::move(message), .at = at, .when = {.order = order_}});
}

base::FileId Loader::id_of(const std::string& path) {
  const auto next = static_cast<base::FileId>(document_.files.size());
  const auto [known, is_new] = ids_.try_emplace(path, next);
  if (is_new) document_.files.push_back(path);
  return known->second;
}

std::optional<std::string> Loader::error_of(const syntax::Directive& directive,
                                            Block& block) const {
  const bool is_data = block.context == vocabulary::Context::kData;
  if (reading_.checks == Checks::kForm) {
    return is_data ? grammar::data_form_error(block.name, directive)
                   : grammar::form_error(directive, block.context);
  }
  return is_data ? grammar::data_line_error(block.name, directive, block.data, release())
                 : grammar::shape_error(directive, block.context, block.seen, release());
}

void Loader::check_shape(const syntax::Directive& directive, Block& block) {
  const auto error = error_of(directive, block);
  if (error) complain(ErrorCode::kSyntax, *error, directive.end);
  note_module(directive, block);
}

// A loaded module adds its directives from here on.
void Loader::note_module(const syntax::Directive& directive, const Block& block) {
  const bool loads = directive.name == "load_module" && block.context == vocabulary::Context::kMain;
  if (!loads || directive.args.size() != 1) return;
  loaded_.push_back(directive.args.front().text);
  modules_ = vocabulary::ModuleSet::of(reading_.build, loaded_);
}

// nginx has no guard against cycles and dies of one (R1.35), unless something in the file is not
// allowed where the file includes itself. So a file may be read once more inside itself. Only the
// chain counts: including the same file twice in a row is fine (R1.30).
std::optional<syntax::Diagnostic> Loader::refusal(const std::string& path,
                                                  const syntax::Directive& include,
                                                  std::size_t depth) const {
  const auto refuse = [&](std::string why) {
    return syntax::Diagnostic{.code = ErrorCode::kInclude,
                              .message = "include of \"" + path + "\": " + std::move(why),
                              .at = include.end};
  };
  if (std::count(chain_.begin(), chain_.end(), path) > 1) {
    return refuse("the file includes itself");
  }
  if (chain_.size() > limits_.max_depth || depth > kMaxBlockDepth) {
    return refuse("nested too deep");
  }
  if (reads_ >= limits_.max_files) {
    return refuse("more than " + std::to_string(limits_.max_files) + " files");
  }
  if (order_ >= limits_.max_directives) {
    return refuse("more than " + std::to_string(limits_.max_directives) + " directives");
  }
  if (total_bytes_ >= limits_.max_total_bytes) {
    return refuse("more than " + std::to_string(limits_.max_total_bytes) + " bytes");
  }
  return std::nullopt;
}

std::vector<syntax::Directive> Loader::read_file(const std::string& path, Block& block,
                                                 const syntax::Directive* from) {
  ++reads_;
  const std::string* known = reading_.texts != nullptr ? reading_.texts->find(path) : nullptr;
  if (known != nullptr && known->size() <= limits_.max_file_bytes)
    return read_text(*known, path, block);
  const auto content = disk_.read(path, limits_.max_file_bytes);
  if (!content && is_device(disk_, path, content.error().code)) return {};
  if (!content) {
    // nginx can open a directory; reading it fails, and that message has no line (R1.33).
    const bool has_line = from != nullptr && content.error().code != ErrorCode::kNotRegular;
    complain(content.error().code, open_error(content.error(), path),
             has_line ? std::optional(from->end) : std::nullopt);
    document_.diagnostics.back().path = path;
    if (from != nullptr) document_.diagnostics.back().edit_at = from->at;
    return {};
  }
  if (reading_.texts != nullptr) reading_.texts->keep(path, content->text());
  return read_text(content->text(), path, block);
}

std::vector<syntax::Directive> Loader::read_text(std::string_view text, const std::string& path,
                                                 Block& block) {
  total_bytes_ += text.size();
  const syntax::Lines lines = block.context == vocabulary::Context::kData
                                  ? syntax::Lines::kData
                                  : syntax::Lines::kDirectives;
  const bool is_new = !ids_.contains(path);
  syntax::ParsedFile parsed = syntax::parse(text, id_of(path), lines);
  for (syntax::Note& note : parsed.notes) {
    if (is_new && document_.notes.size() < kMaxNotes) document_.notes.push_back(std::move(note));
  }
  chain_.push_back(path);
  auto directives = splice(std::move(parsed.directives), block);
  chain_.pop_back();
  for (syntax::Diagnostic& diagnostic : parsed.diagnostics) {
    diagnostic.when.order = ++order_;  // after everything in the file
    extend_open_blocks(directives, order_);
    document_.diagnostics.push_back(std::move(diagnostic));
  }
  return directives;
}

// Whoever may not search the directory finds nothing, without an error. nginx's master may be able
// to.
void Loader::note_unsearchable(const std::string& pattern, const syntax::Directive& include) {
  const std::size_t slash = pattern.rfind('/', pattern.find_first_of("*?["));
  if (slash == std::string::npos) return;
  const std::string directory = pattern.substr(0, slash + 1);
  const auto inside = disk_.stat(directory + ".");
  if (inside || inside.error().code != ErrorCode::kPermission) return;
  complain(ErrorCode::kPermission,
           "glob() \"" + pattern + "\" cannot search \"" + directory + "\" (13: Permission denied)",
           include.end);
  document_.diagnostics.back().path = directory;
  document_.diagnostics.back().edit_at = include.at;
}

std::vector<syntax::Directive> Loader::expand(const syntax::Directive& include, Block& block) {
  const std::string& name = include.args[0].text;  // C strings end at a NUL
  const std::string pattern = full_path(name.substr(0, name.find('\0')), main_path_);
  std::vector<std::string> paths{pattern};
  if (expands_names(block) && pattern.find_first_of("*?[") != std::string::npos) {  // R1.31
    auto matches = disk_.glob(pattern);
    if (!matches) {
      complain(matches.error().code, "glob() \"" + pattern + "\" failed", include.end);
      return {};
    }
    paths = std::move(*matches);
    if (paths.empty()) note_unsearchable(pattern, include);
  }
  std::vector<syntax::Directive> directives;
  directives.reserve(paths.size());  // most files of a pattern hold one server block
  for (const std::string& path : paths) {
    if (auto why_not = refusal(path, include, block.depth)) {
      complain(why_not->code, std::move(why_not->message), why_not->at);
      continue;
    }
    auto inside = read_file(path, block, &include);
    std::move(inside.begin(), inside.end(), std::back_inserter(directives));
  }
  return directives;
}

std::vector<syntax::Directive> Loader::splice(std::vector<syntax::Directive> directives,
                                              Block& block) {
  std::vector<syntax::Directive> out;
  out.reserve(directives.size());
  for (syntax::Directive& directive : directives) {
    directive.order = ++order_;
    check_shape(directive, block);
    const bool is_include = directive.name == "include" && directive.args.size() == 1;
    if (is_include && !directive.block && block.includes()) {
      auto inside = expand(directive, block);
      out.insert(out.end(), std::move_iterator(inside.begin()), std::move_iterator(inside.end()));
      continue;
    }
    if (directive.block) {
      Block inside{.context = grammar::context_inside(directive, block.context),
                   .depth = block.depth + 1,
                   .name = directive.name};
      directive.block = splice(std::move(*directive.block), inside);
    }
    directive.last = order_;
    out.push_back(std::move(directive));
  }
  return out;
}

// ngx_conf_param()
void Loader::read_globals(Block& main) {
  constexpr std::string_view kEndOfFile = "unexpected end of file";
  syntax::ParsedFile parsed =
      syntax::parse(reading_.globals, base::FileId{0}, syntax::Lines::kParameter);
  for (syntax::Directive& directive : parsed.directives) {
    directive.order = directive.last = ++order_;
    check_shape(directive, main);
    if (directive.name == "include" && directive.args.size() == 1) {
      auto inside = expand(directive, main);
      std::move(inside.begin(), inside.end(), std::back_inserter(document_.main));
    } else {
      document_.globals.push_back(std::move(directive));
    }
  }
  for (syntax::Diagnostic& diagnostic : parsed.diagnostics) {
    ++order_;
    const bool is_end = diagnostic.message.starts_with(kEndOfFile);
    complain(diagnostic.code,
             is_end ? "unexpected end of parameter, expecting \";\"" : diagnostic.message,
             diagnostic.at);
  }
}

syntax::Document Loader::load() && {
  Block main;
  read_globals(main);
  auto directives = read_file(main_path_, main, nullptr);
  std::move(directives.begin(), directives.end(), std::back_inserter(document_.main));
  const bool has_events =
      std::any_of(document_.main.begin(), document_.main.end(),
                  [](const syntax::Directive& directive) { return directive.name == "events"; });
  if (reading_.checks == Checks::kAll && document_.diagnostics.empty() && !has_events) {
    ++order_;  // after the merges, since ngx_event_init_conf() runs last
    complain(ErrorCode::kSyntax, "no \"events\" section in configuration", std::nullopt);
  }
  return std::move(document_);
}

}  // namespace

syntax::Document load_document(base::FileSystem& disk, const std::string& main_path,
                               const Reading& reading) {
  return Loader(disk, main_path, reading).load();
}

}  // namespace mtls::config
