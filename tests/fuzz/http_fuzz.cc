// Any bytes as a request: it is understood in the same way however it is split, nothing doubtful is
// accepted, and none of its bytes appear in the header of the answer.

#include <algorithm>

#include "daemon/web/http/request_reader.h"
#include "daemon/web/http/response.h"
#include "tests/fuzz/target.h"

namespace {

namespace http = boost::beast::http;
using mtls::daemon::web::http::Page;
using mtls::daemon::web::http::RequestReader;
using mtls::daemon::web::http::Response;
using mtls::fuzz::must;
using State = RequestReader::State;

constexpr std::size_t kMaxBytes = 8192;

class OnePage final : public mtls::daemon::web::http::Site {
 public:
  void get(const mtls::daemon::web::http::PageRequest& request, Answer answer) override {
    if (request.path != "/metrics") return answer(std::nullopt);
    answer(Page{.status = 200, .content_type = "text/plain", .parts = {part_}});
  }
  bool takes_post(std::string_view path) const override { return path == "/-/reload"; }
  Page post(std::string_view /*path*/) override {
    return {.status = 200, .content_type = "text/plain", .parts = {part_}};
  }

 private:
  mtls::daemon::web::http::Part part_ = mtls::daemon::web::http::deflated_body_part("up 1\n");
};

// The first piece has one byte, and each further one is a little larger.
State read_in_pieces(RequestReader& reader, std::string_view text) {
  State state = State::kIncomplete;
  std::size_t end = 0;
  for (std::size_t piece = 1; state == State::kIncomplete && end < text.size(); ++piece) {
    end = std::min(end + piece, text.size());
    state = reader.read(text.substr(0, end));
  }
  return state;
}

void check_head(const RequestReader& reader, std::string_view text) {
  const auto& head = reader.head();
  const std::string_view raw = text.substr(0, reader.size());
  must(raw.size() <= kMaxBytes, "a head is within its limit");
  must(raw.ends_with("\r\n\r\n"), "a head ends with its empty line");
  must(raw.find("\n ") == raw.npos && raw.find("\n\t") == raw.npos, "no line is folded");
  must(std::count(raw.begin(), raw.end(), '\n') == std::count(raw.begin(), raw.end(), '\r'),
       "every line ends with CRLF");
  must(raw.find('\0') == raw.npos, "there is no NUL");
  must(head.version() == 10 || head.count(http::field::host) == 1, "HTTP/1.1 has one Host");
  must(head.count(http::field::content_length) + head.count(http::field::transfer_encoding) <= 1,
       "there is at most one statement about the body");
}

void check_answer(const Response& answer) {
  std::size_t body = 0;
  for (const auto& part : answer.body) body += part->size();
  const std::string length = "\r\nContent-Length: " + std::to_string(body) + "\r\n";
  must(answer.body.empty() || answer.head.find(length) != std::string::npos, "the length is right");
  must(answer.head.starts_with("HTTP/1.1 "), "an answer begins with its status line");
  must(answer.head.find("\r\n\r\n") + 4 == answer.head.size(), "its header has one end");
  must(std::all_of(answer.head.begin(), answer.head.end(),
                   [](char c) { return c == '\r' || c == '\n' || (c >= ' ' && c <= '~'); }),
       "its header is plain text");
  must(answer.head.size() < 600, "its header does not grow with the request");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = mtls::fuzz::text_of(data, size);
  if (text.empty()) return 0;
  RequestReader whole(kMaxBytes);
  RequestReader pieces(kMaxBytes);
  const State state = whole.read(text);
  must(read_in_pieces(pieces, text) == state, "pieces make no difference");
  if (state == State::kIncomplete) return 0;
  if (state == State::kRefused) {
    check_answer(mtls::daemon::web::http::refusal(whole.status(), whole.head()));
    return 0;
  }
  must(pieces.size() == whole.size(), "nor to where the head ends");
  check_head(whole, text);
  OnePage site;
  mtls::daemon::web::http::response_to(whole.head(), site, {.done = check_answer});
  return 0;
}
