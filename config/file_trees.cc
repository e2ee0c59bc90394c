#include "config/file_trees.h"

#include <optional>
#include <unordered_map>
#include <utility>

#include "config/conf_path.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

struct Include {
  IncludePlace place;
  std::string word;  // a path or pattern, as written
};

void collect(const std::vector<syntax::Directive>& directives, std::vector<Include>& includes) {
  for (const syntax::Directive& directive : directives) {
    if (directive.block) {
      // R1.20: in these two blocks `include` is a line like any other.
      const bool is_closed = directive.name == "split_clients" || directive.name == "charset_map";
      if (!is_closed) collect(*directive.block, includes);
    } else if (directive.name == "include" && directive.args.size() == 1) {
      includes.push_back(
          {.place = {directive.at.line, directive.at.column}, .word = directive.args[0].text});
    }
  }
}

class Reader {
 public:
  Reader(base::FileSystem& disk, const std::string& main_path, const IncludeLimits& limits)
      : disk_(disk), main_path_(main_path), limits_(limits) {}

  std::vector<FileTree> read() && {
    if (!tree_of(main_path_))
      trees_.push_back({.path = main_path_, .directives = {}, .includes = {}});
    // NOLINTNEXTLINE(modernize-loop-convert): follow() appends to it
    for (std::size_t i = 0; i < trees_.size(); ++i) {
      std::vector<Include> includes;
      collect(trees_[i].directives, includes);
      for (const Include& include : includes) {
        std::vector<std::size_t> leads_to = follow(include.word);
        trees_[i].includes.emplace(include.place, std::move(leads_to));
      }
    }
    return std::move(trees_);
  }

 private:
  std::vector<std::size_t> follow(const std::string& word) {
    const std::string pattern = full_path(word, main_path_);
    std::vector<std::string> paths{pattern};
    if (pattern.find_first_of("*?[") != std::string::npos) {  // R1.31
      paths = disk_.glob(pattern).value_or(std::vector<std::string>{});
    }
    std::vector<std::size_t> leads_to;
    for (const std::string& path : paths) {
      if (const auto tree = tree_of(path)) leads_to.push_back(*tree);
    }
    return leads_to;
  }

  /// The index of the tree; parses the file when it is new. nullopt: it cannot be read.
  std::optional<std::size_t> tree_of(const std::string& path) {
    const auto known = indexes_.find(path);
    if (known != indexes_.end()) return known->second;
    if (trees_.size() >= limits_.max_files || total_bytes_ >= limits_.max_total_bytes) return {};
    const auto content = disk_.read(path, limits_.max_file_bytes);
    if (!content) return std::nullopt;
    total_bytes_ += content->bytes.size();
    const std::size_t index = trees_.size();
    trees_.push_back({.path = path,
                      .directives = syntax::parse(content->text(), base::FileId{}).directives,
                      .includes = {}});
    indexes_.emplace(path, index);
    return index;
  }

  base::FileSystem& disk_;
  const std::string& main_path_;
  const IncludeLimits& limits_;
  std::vector<FileTree> trees_;
  // path -> index, of the files that could be read.
  std::unordered_map<std::string, std::size_t> indexes_;
  std::size_t total_bytes_ = 0;
};

}  // namespace

std::vector<FileTree> load_file_trees(base::FileSystem& disk, const std::string& main_path,
                                      const IncludeLimits& limits) {
  return Reader(disk, main_path, limits).read();
}

}  // namespace mtls::config
