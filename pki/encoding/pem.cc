#include "pki/encoding/pem.h"

#include <algorithm>
#include <array>
#include <optional>

// Lines, ends of blocks and base64 follow crypto/pem/pem_lib.c and crypto/evp/encode.c of OpenSSL
// 3.0 as nginx calls them: on a file BIO, with PEM_FLAG_EAY_COMPATIBLE.
namespace mtls::pki::encoding {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kTail = "-----";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBadEndLine = "bad end line";

struct Line {
  std::string_view text;  // without trailing white space
  std::uint32_t number = 0;
  bool continues = false;  // this is the rest of a line longer than kChunkBytes
};

class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}

  std::optional<Line> next() {
    // BIO_gets() on a file is fgets() and strlen(): a NUL hides the rest of its line, and a line
    // that begins with NUL ends the file.
    if (at_ >= text_.size() || text_[at_] == '\0') return std::nullopt;
    std::string_view chunk = text_.substr(at_, kChunkBytes);
    chunk = chunk.substr(0, std::min(chunk.find('\n'), chunk.size() - 1) + 1);
    at_ += chunk.size();
    Line line{.text = {}, .number = number_, .continues = inside_line_};
    last_ = number_;
    const bool ends = chunk.back() == '\n';
    if (ends) ++number_;
    chunk = chunk.substr(0, chunk.find('\0'));
    inside_line_ = chunk.size() == kChunkBytes && !ends;
    line.text = trimmed(chunk);
    return line;
  }

  /// The line that was to be read next when a NUL ended the text; 0: none did.
  std::uint32_t ended_at() const { return at_ < text_.size() ? number_ : 0; }
  /// Of the line that next() returned last.
  std::uint32_t last_number() const { return last_; }

 private:
  // LINESIZE - 1 of pem_lib.c.
  static constexpr std::size_t kChunkBytes = 254;

  // sanitize_line() compares a signed char, so bytes from 0x80 on count as white space too.
  static std::string_view trimmed(std::string_view line) {
    while (!line.empty() && static_cast<signed char>(line.back()) <= ' ') line.remove_suffix(1);
    return line;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t number_ = 1;
  std::uint32_t last_ = 0;
  bool inside_line_ = false;
};

std::optional<std::string_view> name_between(std::string_view line, std::string_view head) {
  if (!line.starts_with(head) || !line.ends_with(kTail)) return std::nullopt;
  if (line.size() < head.size() + kTail.size()) return std::nullopt;
  return line.substr(head.size(), line.size() - head.size() - kTail.size());
}

PemLabel label_of(std::string_view name) {
  if (name == "CERTIFICATE" || name == "X509 CERTIFICATE") return PemLabel::kCertificate;
  if (name == "TRUSTED CERTIFICATE") return PemLabel::kTrustedCertificate;
  if (name == "X509 CRL") return PemLabel::kCrl;
  if (name.ends_with("PRIVATE KEY")) return PemLabel::kPrivateKey;
  return PemLabel::kOther;
}

bool is_material(PemLabel label) {
  return label != PemLabel::kPrivateKey && label != PemLabel::kOther;
}

constexpr int kNotBase64 = -1;

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return kNotBase64;
}

bool is_base64_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Like EVP_DecodeUpdate(): white space is skipped anywhere, `-` ends the text, and padding comes
// last and completes a group of four.
class Base64Decoder {
 public:
  /// false: not base64.
  bool feed(std::string_view text) {
    for (const char c : text) {
      if (c == '-') ended_ = true;
      if (ended_) return true;
      if (!is_base64_space(c) && !take(c)) return false;
    }
    return true;
  }

  /// The bytes; nullopt when the last group is incomplete.
  std::optional<std::vector<unsigned char>> finish() {
    if (digits_ % 4 != 0) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool take(char c) {
    const bool pad = c == '=';
    const int value = pad ? 0 : base64_value(c);
    padding_ += pad ? 1 : 0;
    if (value == kNotBase64 || padding_ > 2 || (padding_ > 0 && !pad)) return false;
    group_ = (group_ << 6U) | static_cast<std::uint32_t>(value);
    if (++digits_ % 4 != 0) return true;
    constexpr std::array kShifts{16U, 8U, 0U};
    for (std::size_t i = 0; i + padding_ < kShifts.size(); ++i) {
      out_.push_back(static_cast<unsigned char>(group_ >> kShifts.at(i)));
    }
    return true;
  }

  std::vector<unsigned char> out_;
  std::uint32_t group_ = 0;
  std::size_t digits_ = 0;
  std::size_t padding_ = 0;
  bool ended_ = false;
};

// Whether the bytes are as many as the first tag and length announce.
bool holds_whole_element(const std::vector<unsigned char>& der) {
  if (der.size() < 2) return false;
  std::size_t header = 2;
  std::size_t length = der[1];
  if (length >= 0x80) {
    const std::size_t count = length & 0x7FU;
    if (count > 4 || der.size() < 2 + count) return false;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = (length << 8U) | der[2 + i];
    header += count;
  }
  return der.size() - header >= length;
}

// The lines between BEGIN and END, classified as get_header_and_data() does.
struct Body {
  std::vector<std::string_view> lines;  // base64
  bool has_blank = false;
  // Text before the blank line, or a colon: an encryption header, or base64 cut in two.
  bool has_header = false;
  bool has_short = false;  // after a blank line only the last line may be shorter than 64

  // Returns false where OpenSSL gives up on the block.
  bool take(const Line& line) {
    constexpr std::size_t kFullLine = 64;
    if (line.text.empty()) {
      if (line.continues) return true;
      if (has_blank) return false;
      has_blank = true;
      has_header |= !lines.empty();
      return true;
    }
    if (has_blank && (has_short || line.text.size() > kFullLine)) return false;
    has_short = has_blank && line.text.size() < kFullLine;
    has_header |= !has_blank && line.text.find(':') != std::string_view::npos;
    lines.push_back(line.text);
    return true;
  }
};

class Splitter {
 public:
  explicit Splitter(std::string_view text) : lines_(text) {}

  PemText split() {
    while (find_begin()) {
      read_block();
      blocks_.back().last_line = begin_ ? begin_->line - 1 : lines_.last_number();
    }
    if (unfinished_) fail(blocks_[*unfinished_], kNoEndLine);
    return {.blocks = std::move(blocks_), .ended_at = lines_.ended_at()};
  }

 private:
  struct Begin {
    std::string_view name;
    std::uint32_t line = 0;
  };

  // Stores the next BEGIN line in begin_, unless the previous block has already met it.
  bool find_begin() {
    for (bool first = true; !begin_; first = false) {
      std::optional<Line> line = lines_.next();
      if (!line) return false;
      // Every PEM_read_bio() call allows for a byte order mark, hence also on the first line after
      // a block.
      if (first && line->text.starts_with(kByteOrderMark)) line->text.remove_prefix(3);
      if (const auto name = name_between(line->text, kBegin)) begin_ = {*name, line->number};
    }
    return true;
  }

  void read_block() {
    const Begin begin = *begin_;
    begin_.reset();
    blocks_.push_back({.label = label_of(begin.name), .line = begin.line, .der = {}, .error = {}});
    PemBlock& block = blocks_.back();
    Body body;
    while (const std::optional<Line> line = lines_.next()) {
      if (line->text.starts_with(kEnd)) {
        close(block, body, begin.name, line->text.substr(kEnd.size()));
        return;
      }
      if (const auto name = name_between(line->text, kBegin)) {
        begin_ = {*name, line->number};
        leave_open(block, body, begin.name);
        return;
      }
      if (!body.take(*line)) return fail(block, kBadEndLine);
    }
    fail(block, kNoEndLine);
  }

  void close(PemBlock& block, const Body& body, std::string_view name, std::string_view end) {
    const bool matches = end == std::string(name) + std::string(kTail);
    if (matches) {
      decode(block, body);
    } else {
      fail(block, kBadEndLine);
    }
    if (!unfinished_) return;
    decide(blocks_[*unfinished_], end == std::string(unfinished_name_) + std::string(kTail));
    unfinished_.reset();
  }

  // OpenSSL reads from a block without END on to the next END. When that has the right label, the
  // base64 ended at the dashes of the BEGIN between.
  void decide(PemBlock& block, bool label_fits) {
    const bool is_whole = block.error.empty() && holds_whole_element(block.der);
    if (!label_fits) return fail(block, is_whole ? kBadEndLine : kNoEndLine);
    if (block.error == kBadBase64) return fail(block, kNoEndLineBadBase64);
    if (!is_whole) return fail(block, kNoEndLine);
    for (std::size_t i = *unfinished_ + 1; i < blocks_.size(); ++i) fail(blocks_[i], kHidden);
  }

  // A BEGIN came before the END. The next END line decides whether the base64 so far counts.
  void leave_open(PemBlock& block, const Body& body, std::string_view name) {
    decode(block, body);
    if (unfinished_) return fail(block, kNoEndLine);
    unfinished_ = blocks_.size() - 1;
    unfinished_name_ = name;
  }

  static void decode(PemBlock& block, const Body& body) {
    if (!is_material(block.label)) return;
    if (body.has_header) return fail(block, kHeader);
    Base64Decoder decoder;
    for (const std::string_view line : body.lines) {
      if (!decoder.feed(line)) return fail(block, kBadBase64);
    }
    std::optional<std::vector<unsigned char>> der = decoder.finish();
    if (!der) return fail(block, kBadBase64);
    block.der = std::move(*der);
  }

  static void fail(PemBlock& block, std::string_view error) {
    block.der.clear();
    block.error = error;
  }

  static constexpr std::string_view kHeader =
      "encryption header or blank line before the base64 ends";

  LineReader lines_;
  std::vector<PemBlock> blocks_;
  std::optional<Begin> begin_;
  std::optional<std::size_t> unfinished_;  // index of a block that met a BEGIN line before its END
  std::string_view unfinished_name_;
};

}  // namespace

std::vector<PemBlock> split_pem(std::string_view text) { return read_pem(text).blocks; }

PemText read_pem(std::string_view text) { return Splitter(text).split(); }

}  // namespace mtls::pki::encoding
