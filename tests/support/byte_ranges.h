// Whether the byte ranges of a parsed file fit its bytes: what a tool needs that edits the text by
// them. Inline, since it asks the lexer, which the library of test support does not link. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/syntax/lexer.h"
#include "config/syntax/parser.h"

namespace mtls::testing {

/// Goes over one file from word to word. Every byte belongs to a word or to the gap before one.
class RangeCheck {
 public:
  explicit RangeCheck(std::string_view text) : text_(text) {}

  /// The first thing that is wrong, "" for nothing.
  std::string first_wrong(const config::syntax::ParsedFile& parsed) {
    is_whole_ = parsed.diagnostics.empty();
    directives(parsed.directives);
    if (is_whole_) gap(text_.size(), "");
    rebuilt_ += text_.substr(at_);
    if (rebuilt_ != text_) wrong("words and gaps are not the file");
    return wrong_;
  }

 private:
  using Range = config::syntax::ByteRange;

  void directives(const std::vector<config::syntax::Directive>& all) {
    for (const config::syntax::Directive& one : all) directive(one);
  }

  void directive(const config::syntax::Directive& one) {
    if (one.range.end() > text_.size()) return wrong("a directive ends behind the file");
    if (one.range.offset != one.word.offset) wrong("a directive begins with its name");
    word(one.word, one.name, std::exchange(opens_, false) ? "{" : "");
    const bool is_lua =
        one.name.ends_with("_by_lua_block") && !one.block && text_[one.range.end() - 1] == '}';
    for (const config::syntax::Argument& argument : one.args) {
      const bool is_body = is_lua && &argument == &one.args.back();
      word(argument.range, argument.text, is_body ? "{" : "", is_body);
      if (argument.range.offset < text_.size() &&
          argument.quoted != (!is_body && is_quote(text_[argument.range.offset]))) {
        wrong("a quoted word begins with its quote");
      }
    }
    if (one.block) {
      opens_ = true;
      directives(*one.block);
    }
    const bool has_brace = is_lua || one.block;
    const char* end = std::exchange(opens_, false) ? "{}" : has_brace ? "}" : ";";
    if (is_whole_ || !has_brace) gap(one.range.end(), end);
  }

  // `before`: the punctuation between the last word and this one.
  void word(Range range, const std::string& meaning, std::string_view before,
            bool is_body = false) {
    if (range.offset < at_ || range.offset >= text_.size() || range.end() > text_.size())
      return wrong("a word lies elsewhere");
    gap(range.offset, before);
    const std::string bytes(text_.substr(range.offset, range.length));
    rebuilt_ += bytes;
    at_ = range.end();
    if (is_body) {
      if (bytes != meaning) wrong("the body of a Lua block is not its bytes");
      return;
    }
    const std::string line = bytes + ";";
    config::syntax::Lexer lexer(line, {});
    const auto alone = lexer.next();
    if (!alone || alone->word.text != meaning || alone->word.range != Range{0, range.length}) {
      wrong("the bytes \"" + bytes + "\" do not read as \"" + meaning + "\"");
    }
  }

  // Up to `end`: white space, comments and `punctuation`, nothing else. Where a complaint ended the
  // file, any punctuation will do.
  void gap(std::size_t end, std::string_view punctuation) {
    if (end < at_ || end > text_.size()) return wrong("a range ends before it begins");
    std::string said;
    bool in_comment = false;
    for (const char c : text_.substr(at_, end - at_)) {
      if (c == '#') in_comment = true;
      if (c == '\n') in_comment = false;
      const bool is_space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
      if (!in_comment && !is_space) said += c;
    }
    const bool is_good =
        !is_whole_ ? said.find_first_not_of(";{}") == std::string::npos : said == punctuation;
    if (!is_good) wrong("\"" + said + "\" stands between words");
    rebuilt_ += text_.substr(at_, end - at_);
    at_ = end;
  }

  static bool is_quote(char c) { return c == '"' || c == '\''; }

  void wrong(const std::string& what) {
    if (wrong_.empty()) wrong_ = "at byte " + std::to_string(at_) + ": " + what;
  }

  std::string_view text_;
  bool is_whole_ = true;  // nothing stopped the parser
  bool opens_ = false;    // the `{` of a block is still ahead
  std::size_t at_ = 0;
  std::string rebuilt_;
  std::string wrong_;
};

}  // namespace mtls::testing
