#include "config/file_trees.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_filesystem.h"

namespace mtls::config {
namespace {

constexpr const char* kMain = "/etc/nginx/nginx.conf";

struct File {
  const char* path;
  const char* text;
};

std::vector<FileTree> trees_of(const std::vector<File>& files, const IncludeLimits& limits = {}) {
  testing::MemoryFileSystem disk;
  for (const File& file : files) disk.put(file.path, file.text);
  return load_file_trees(disk, kMain, limits);
}

std::vector<std::string> paths_of(const std::vector<FileTree>& trees) {
  std::vector<std::string> paths;
  for (const FileTree& tree : trees) paths.push_back(tree.path);
  return paths;
}

TEST_CASE(
    "file trees: files are listed breadth first, once each, and includes are found by their "
    "location") {
  const auto trees = trees_of({{kMain, "include a; http {\n include b; include a; }"},
                               {"/etc/nginx/a", "include c;"},
                               {"/etc/nginx/b", "include c;"},
                               {"/etc/nginx/c", ""}});
  CHECK(paths_of(trees) ==
        std::vector<std::string>{kMain, "/etc/nginx/a", "/etc/nginx/b", "/etc/nginx/c"});
  using Indexes = std::vector<std::size_t>;
  CHECK(trees[0].includes ==
        std::map<IncludePlace, Indexes>{{{1, 1}, {1}}, {{2, 2}, {2}}, {{2, 13}, {1}}});
  CHECK(trees[1].includes == std::map<IncludePlace, Indexes>{{{1, 1}, {3}}});
  CHECK(trees[3].includes.empty());
}

TEST_CASE("file trees: the include directives stay in their trees") {
  const auto trees = trees_of({{kMain, "http { include a; b; }"}, {"/etc/nginx/a", "c;"}});
  REQUIRE(trees[0].directives.size() == 1);
  CHECK(trees[0].directives[0].block->at(0).name == "include");
  CHECK(trees[0].directives[0].block->size() == 2);
}

TEST_CASE("file trees: includes lead to the files that nginx would read") {
  struct Row {
    const char* text;
    std::vector<std::vector<std::size_t>> leads_to;  // in the order of the includes
  };
  for (const Row& row : std::vector<Row>{
           {"include d/*.conf;", {{1, 2}}},
           {"include none/*.conf;", {{}}},
           {"include none;", {{}}},
           {"include nginx.conf;", {{0}}},
           {"include /etc/nginx/d/x.conf;", {{1}}},
           {"map $a $b { include d/x.conf; }", {{1}}},
           {"split_clients $a $b { include d/x.conf; }", {}},
           {"charset_map a b { include d/x.conf; }", {}},
           {"include;", {}},
           {"include a b;", {}},
           {"include { }", {}},
       }) {
    CAPTURE(row.text);
    const auto trees =
        trees_of({{kMain, row.text}, {"/etc/nginx/d/x.conf", "a;"}, {"/etc/nginx/d/y.conf", "b;"}});
    std::vector<std::vector<std::size_t>> leads_to;
    for (const auto& [place, indexes] : trees[0].includes) leads_to.push_back(indexes);
    CHECK(leads_to == row.leads_to);
  }
}

TEST_CASE("file trees: a main file that cannot be read has an empty tree") {
  const auto trees = trees_of({});
  REQUIRE(trees.size() == 1);
  CHECK(trees[0].path == kMain);
  CHECK(trees[0].directives.empty());
}

TEST_CASE("file trees: a file's tree ends where nginx stops reading it") {
  const auto trees = trees_of({{kMain, "a; } b;"}});
  REQUIRE(trees[0].directives.size() == 1);
  CHECK(trees[0].directives[0].name == "a");
}

TEST_CASE("file trees: beyond the limits no more files are read") {
  const std::vector<File> files{
      {kMain, "include a; include b;"}, {"/etc/nginx/a", "x;"}, {"/etc/nginx/b", "y;"}};
  IncludeLimits few;
  few.max_files = 2;
  CHECK(trees_of(files, few).size() == 2);
  IncludeLimits small;
  small.max_total_bytes = 1;
  CHECK(trees_of(files, small).size() == 1);
}

}  // namespace
}  // namespace mtls::config
