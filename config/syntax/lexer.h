// Bytes to tokens, exactly as ngx_conf_read_token() of src/core/ngx_conf_file.c does (R1.A). Knows
// no directives, except that Lua blocks have a lexer of their own. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/syntax/ast.h"

namespace mtls::config::syntax {

struct Token {
  enum class Kind { kWord, kSemicolon, kOpen, kClose, kEnd };

  Kind kind = Kind::kEnd;
  Argument word;  // only of kWord
  // Of every kind; for kEnd the position of nginx's reading at the end of the file.
  base::SourceLocation at;
};

class Lexer {
 public:
  /// `text` must outlive the lexer.
  Lexer(std::string_view text, base::FileId file);

  /// The next token, or nginx's complaint (kSyntax). Must not be called again after an error or
  /// kEnd.
  base::Result<Token> next();

  /// Call after the kOpen of a `*_by_lua_block`. Returns the Lua text between the balanced braces
  /// as one kWord token, lexed as lua-nginx-module does (R1.23), and continues after the closing
  /// brace. kSyntax when the block never closes.
  base::Result<Token> lua_block();

  /// The notes in the text so far, in its order. Call once, at the end.
  std::vector<Note> take_notes();

  /// Bytes taken so far: behind the last token, and behind the white space that ended it if it was
  /// a bare word.
  std::uint32_t offset() const { return static_cast<std::uint32_t>(offset_); }

 private:
  bool is_too_long() const;
  char take();
  void start_word();
  base::SourceLocation here() const;
  tl::unexpected<base::Error> unexpected(char c) const;
  tl::unexpected<base::Error> too_long(char open_quote) const;
  base::Result<Token> punctuation(char c);
  base::Result<Token> end_of_file() const;
  base::Result<Token> word(char first);
  Token finish_word(std::size_t begin, std::size_t end);
  void end_comment();
  static ByteRange range(std::size_t begin, std::size_t end);

  std::string_view text_;
  base::FileId file_;
  std::size_t offset_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t start_ = 0;             // begin of what nginx must keep in its buffer
  base::SourceLocation start_at_;     // the location of that byte
  bool has_words_ = false;            // a directive has begun
  bool needs_separator_ = false;      // the last character was a closing quote
  std::uint32_t directive_line_ = 0;  // of the name of the last directive that began
  std::uint32_t head_line_ = 0;       // of the last byte of its words, or of its `;` or `{`
  std::uint32_t close_line_ = 0;      // of the last `}`
  std::vector<Note> notes_;
};

}  // namespace mtls::config::syntax
