// Follows requests of a client without SUCCESS through one http server block, phase by phase as
// nginx does: server rewrite, location, its rewrite, access, try_files, content, error pages. What
// is not known takes both ways. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/exposure/condition_outcome.h"
#include "config/exposure/location_content.h"
#include "config/exposure/location_tree.h"
#include "config/exposure/variables.h"

namespace mtls::config::exposure {

/// A request that reached content.
struct Arrival {
  const Location* location = nullptr;
  Known uri;
  Content content;
  std::string doubt;      // why it may not get there after all, besides content.doubt; "": it does
  bool is_guess = false;  // some path may lead there, but none that does is known
};

class RequestFlow {
 public:
  RequestFlow(const LocationTree& tree, const Variables& variables);

  void follow(const RequestState& request);
  /// nginx itself answers with `status` before any phase (a bad certificate: 495).
  void follow_error(const RequestState& request, int status);

  const std::vector<Arrival>& arrivals() const { return arrivals_; }
  /// There were more ways than we are ready to take.
  bool gave_up() const { return steps_left_ == 0; }
  /// What error_page names: a file served there is part of an answer, not content.
  bool is_error_page(const std::string& uri) const { return error_pages_.contains(uri); }

 private:
  enum class Phase { kServerRewrite, kFind, kRewrite, kAccess, kContent, kError };

  struct Op {
    const syntax::Directive* directive = nullptr;
    std::size_t next_if_false = 0;     // of an `if`
    const Location* enters = nullptr;  // of an `if` in a location
    std::optional<grammar::Condition> condition = std::nullopt;
    std::optional<syntax::Regex> regex = std::nullopt;  // of a `rewrite`
  };
  using Program = std::vector<Op>;

  struct RequestPath {
    RequestState request;
    Phase phase = Phase::kServerRewrite;
    const Location* here = nullptr;     // r->loc_conf
    const Location* program = nullptr;  // whose rewrite directives run
    std::size_t op = 0;
    int status = 0;        // of kError
    int uri_changes = 10;  // NGX_HTTP_MAX_URI_CHANGES
    bool uri_changed = false;
    bool is_internal = false;
    bool had_error_page = false;
    bool is_guess = false;
  };

  void run(RequestPath start);
  void step(RequestPath walk);
  const Program& program_of(const Location& level);
  void compile(const Location& level, const std::vector<syntax::Directive>& block,
               Program& program);
  void rewrite(RequestPath walk);
  void end_rewrite(RequestPath walk);
  void take_if(RequestPath walk, const Op& op);
  void take_branch(RequestPath walk, const Op& op, bool outcome);
  void take_both(const RequestPath& walk, const Op& op, bool is_doubted);
  void take_return(RequestPath walk, const syntax::Directive& directive);
  void take_rewrite(RequestPath walk, const Op& op);
  void find(const RequestPath& walk);
  void arrive(RequestPath walk, const LocationTree::LocationMatch& found);
  void access(RequestPath walk);
  void content(RequestPath walk);
  void try_files(RequestPath walk, const syntax::Directive& directive);
  void serve(const RequestPath& walk);
  void error(RequestPath walk);
  bool has_error_page(const RequestPath& walk, int status) const;
  void fail(RequestPath walk, int status);
  void redirect(RequestPath walk, const std::string& written);
  void go_named(RequestPath walk, const Location& location);
  void collect_error_pages(const syntax::Directive& level);

  const LocationTree& tree_;
  const Variables& variables_;
  std::map<const Location*, Program> programs_;
  std::set<std::string, std::less<>> error_pages_;
  std::vector<RequestPath> open_;
  std::vector<Arrival> arrivals_;
  std::size_t steps_left_;
};

}  // namespace mtls::config::exposure
