// Byte ranges of words and directives: a tool that edits the text by them finds what it expects.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "config/syntax/parser.h"
#include "tests/support/byte_ranges.h"

namespace mtls::config {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string slice(const std::string& text, syntax::ByteRange range) {
  return text.substr(range.offset, range.length);
}

std::string first_wrong(const std::string& text) {
  return testing::RangeCheck(text).first_wrong(syntax::parse(text, {}));
}

}  // namespace

TEST_CASE("byte ranges: a word's is as written, a directive's ends behind its `;` or `}`") {
  const std::string text =
      "# a { comment;\nuser 'w\\'w'  \"a b\" # ;\n ;\nhttp{server { listen 80; }}\n";
  const auto parsed = syntax::parse(text, {});
  REQUIRE(parsed.directives.size() == 2);
  const syntax::Directive& user = parsed.directives[0];
  CHECK(slice(text, user.word) == "user");
  CHECK(slice(text, user.args[0].range) == "'w\\'w'");
  CHECK(slice(text, user.args[1].range) == "\"a b\"");
  CHECK(slice(text, user.range) == "user 'w\\'w'  \"a b\" # ;\n ;");
  const syntax::Directive& http = parsed.directives[1];
  CHECK(slice(text, http.range) == "http{server { listen 80; }}");
  CHECK(slice(text, http.block->front().range) == "server { listen 80; }");
  CHECK(slice(text, http.block->front().block->front().range) == "listen 80;");
}

TEST_CASE("byte ranges: a Lua block's only argument is what stands between its braces") {
  const std::string text = "content_by_lua_block { x = '}' }\nuser a;";
  const auto parsed = syntax::parse(text, {});
  REQUIRE(parsed.directives.size() == 2);
  CHECK(slice(text, parsed.directives[0].range) == "content_by_lua_block { x = '}' }");
  CHECK(slice(text, parsed.directives[0].args.front().range) == " x = '}' ");
  CHECK(slice(text, parsed.directives[1].range) == "user a;");
}

TEST_CASE("byte ranges: a block that never ends reaches to where reading stopped") {
  const std::string text = "http { a b;\n";
  const auto parsed = syntax::parse(text, {});
  REQUIRE(parsed.directives.size() == 1);
  CHECK(slice(text, parsed.directives[0].range) == text);
}

TEST_CASE("byte ranges: of every file of the cases and corpora, words and gaps are the file") {
  std::vector<fs::path> files;
  for (const char* folder : {"/cases", "/fuzz/corpus/text", "/fuzz/corpus/trees"}) {
    for (const auto& entry : fs::recursive_directory_iterator(std::string(TEXTS) + folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::size_t parsed_to_the_end = 0;
  for (const fs::path& file : files) {
    const std::string text = bytes_of(file);
    CAPTURE(file);
    CHECK(first_wrong(text) == "");
    if (syntax::parse(text, {}).diagnostics.empty()) ++parsed_to_the_end;
  }
  CHECK(parsed_to_the_end > 20);
}

TEST_CASE("byte ranges: the check notices a range that is off by one") {
  const std::string text = "user \"a\" b;";
  for (const int off : {-1, 1}) {
    for (int part = 0; part < 6; ++part) {
      auto parsed = syntax::parse(text, {});
      syntax::Directive& user = parsed.directives.front();
      std::uint32_t* const parts[] = {&user.word.offset,          &user.word.length,
                                      &user.args[0].range.offset, &user.args[0].range.length,
                                      &user.args[1].range.length, &user.range.length};
      *parts[part] += static_cast<std::uint32_t>(off);
      CAPTURE(off, part);
      CHECK_FALSE(testing::RangeCheck(text).first_wrong(parsed).empty());
    }
  }
}

}  // namespace mtls::config
