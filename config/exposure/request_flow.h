// Follows requests of a client without a verified certificate through one http server block, phase
// by phase as nginx does: server rewrite, location, its rewrite, access, try_files, content, error
// pages. Where a condition is not known, both branches are followed. Pure.
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
  // Why it may not get there after all, apart from content.doubt; "": it does.
  std::string doubt;
  bool is_guess = false;  // no path is known to lead there, but some path may
};

class RequestFlow {
 public:
  RequestFlow(const LocationTree& tree, const Variables& variables);

  /// Follows one request from the first phase on and adds to arrivals().
  void follow(const RequestState& request);
  /// Follows a request that nginx itself answers with `status` before any phase (a bad certificate:
  /// 495).
  void follow_error(const RequestState& request, int status);

  const std::vector<Arrival>& arrivals() const { return arrivals_; }
  /// Whether there were more branches than we are ready to follow.
  bool gave_up() const { return steps_left_ == 0; }
  /// Whether error_page names the path. A file that is served there is part of an error, not
  /// content.
  bool is_error_page(const std::string& uri) const { return error_pages_.contains(uri); }

 private:
  enum class Phase { kServerRewrite, kFind, kRewrite, kAccess, kContent, kError };

  struct Op {
    const syntax::Directive* directive = nullptr;
    std::size_t next_if_false = 0;     // of an `if`: index of the next operation when it is false
    const Location* enters = nullptr;  // of an `if` in a location: the level that it enters
    std::optional<grammar::Condition> condition = std::nullopt;
    std::optional<syntax::Regex> regex = std::nullopt;  // of a `rewrite`
  };
  using Program = std::vector<Op>;

  // One branch of a request on its way through the phases.
  struct RequestPath {
    RequestState request;
    Phase phase = Phase::kServerRewrite;
    const Location* here = nullptr;     // r->loc_conf
    const Location* program = nullptr;  // the level whose rewrite directives run
    std::size_t op = 0;
    int status = 0;        // of kError
    int uri_changes = 10;  // NGX_HTTP_MAX_URI_CHANGES
    bool uri_changed = false;
    bool is_internal = false;
    bool had_error_page = false;
    bool is_guess = false;
  };

  void run(RequestPath start);
  void step(RequestPath branch);
  const Program& program_of(const Location& level);
  void compile(const Location& level, const std::vector<syntax::Directive>& block,
               Program& program);
  void rewrite(RequestPath branch);
  void end_rewrite(RequestPath branch);
  void take_if(RequestPath branch, const Op& op);
  void take_branch(RequestPath branch, const Op& op, bool outcome);
  void take_both(const RequestPath& branch, const Op& op, bool is_doubted);
  void take_return(RequestPath branch, const syntax::Directive& directive);
  void take_rewrite(RequestPath branch, const Op& op);
  void find(const RequestPath& branch);
  void arrive(RequestPath branch, const LocationTree::LocationMatch& found);
  void access(RequestPath branch);
  void content(RequestPath branch);
  void try_files(RequestPath branch, const syntax::Directive& directive);
  void serve(const RequestPath& branch);
  void error(RequestPath branch);
  bool has_error_page(const RequestPath& branch, int status) const;
  void fail(RequestPath branch, int status);
  void redirect(RequestPath branch, const std::string& written);
  void go_named(RequestPath branch, const Location& location);
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
