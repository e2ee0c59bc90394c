// Follows requests of one client through one http server block, phase by phase as nginx does:
// server rewrite, location, its rewrite, access, try_files, content, error pages. Where a condition
// is not known, both branches are followed. Pure.
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
  Known sent_uri;  // the path in the request line
  Known uri;       // the path after rewrites and error pages
  Content content;
  // Why it may not get there after all, apart from content.doubt; "": it does.
  std::string doubt;
  bool is_guess = false;  // no path is known to lead there, but some path may
  // The guard that refused the request before an error_page led it here; nullptr: none did.
  const syntax::Directive* refused_by = nullptr;
  std::string method = {};  // one that gets there; "": any
  int error = 0;            // the status with which nginx refused the request before any phase
};

/// How one branch of a request ended.
struct Ending {
  std::optional<int> status;  // on the wire; nullopt: not known. 444: closed without an answer
  bool is_content = false;
  bool is_what_if =
      false;  // a missing file, a body that is too large: the ordinary request differs
  // The `if` around the `return` that refused the request, else that `return`, or the `deny`.
  const syntax::Directive* refused_by = nullptr;
  std::string doubt;  // why the branch may not exist; "": it does
};

/// What counts as content besides files, listings and backends.
enum class Answers {
  kNotContent,  // a fixed text protects nothing
  kContent,     // `return 2xx`, in a server block that has nothing else to serve
};

class RequestFlow {
 public:
  RequestFlow(const LocationTree& tree, const Variables& variables,
              Answers answers = Answers::kNotContent);

  /// Follows one request from the first phase on and adds to arrivals() and endings().
  void follow(const RequestState& request);
  /// Follows a request that nginx itself answers with `status` before any phase (a bad certificate:
  /// 495).
  void follow_error(const RequestState& request, int status);

  const std::vector<Arrival>& arrivals() const { return arrivals_; }
  const std::vector<Ending>& endings() const { return endings_; }
  /// Drops arrivals() and endings(), for the next request.
  void clear();
  /// Whether there were more branches than we are ready to follow.
  bool gave_up() const { return steps_left_ == 0; }

 private:
  enum class Phase { kServerRewrite, kFind, kRewrite, kAccess, kContent, kError };

  struct Op {
    const syntax::Directive* directive = nullptr;
    std::size_t next_if_false = 0;     // of an `if`: index of the next operation when it is false
    const Location* enters = nullptr;  // of an `if` in a location: the level that it enters
    const syntax::Directive* inside = nullptr;  // the `if` around it
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
    std::string method = {};  // as sent; "": any
    int status = 0;           // of kError
    int error = 0;            // of follow_error()
    int sent_status = 0;      // r->err_status: replaces the status of the answer; 0: does not
    int uri_changes = 10;     // NGX_HTTP_MAX_URI_CHANGES
    bool uri_changed = false;
    bool is_internal = false;
    bool had_error_page = false;
    bool is_after_error = false;  // some error_page led it on
    bool uri_is_fixed = false;    // the configuration wrote the path, not the client
    bool is_guess = false;
    bool is_what_if = false;
    const syntax::Directive* refused_by = nullptr;
  };

  void run(RequestPath start);
  void step(RequestPath branch);
  const Program& program_of(const Location& level);
  void compile(const Location& level, const syntax::Directive& block, Program& program);
  void rewrite(RequestPath branch);
  void end_rewrite(RequestPath branch);
  void take_if(RequestPath branch, const Op& op);
  void take_branch(RequestPath branch, const Op& op, bool outcome);
  void take_both(const RequestPath& branch, const Op& op, bool is_doubted);
  void take_return(RequestPath branch, const Op& op);
  void answer(const RequestPath& branch, const syntax::Directive& directive, int status);
  void take_rewrite(RequestPath branch, const Op& op);
  void take_set(RequestPath branch, const syntax::Directive& directive);
  void find(const RequestPath& branch);
  void arrive(RequestPath branch, const LocationTree::LocationMatch& found);
  void enter(RequestPath branch, const Location& location);
  void enter_with_method(RequestPath branch, const Location& location);
  void access(RequestPath branch);
  void content(RequestPath branch);
  void try_files(RequestPath branch, const syntax::Directive& directive);
  void files(RequestPath branch);
  void index(RequestPath branch);
  void serve(const RequestPath& branch);
  bool is_page(const RequestPath& branch, const Content& content) const;
  void error(RequestPath branch);
  void show_page(RequestPath branch, const syntax::Directive& page);
  bool has_error_page(const RequestPath& branch, int status) const;
  void fail(RequestPath branch, int status);
  void fail_what_if(RequestPath branch, int status);
  void redirect(RequestPath branch, const std::string& written);
  void go_named(RequestPath branch, const Location* location);
  void finish(const RequestPath& branch, std::optional<int> status, bool is_content = false);
  void collect_error_pages(const syntax::Directive& level);

  const LocationTree& tree_;
  const Variables& variables_;
  const Answers answers_;
  std::map<const Location*, Program> programs_;
  std::set<std::string, std::less<>> error_pages_;  // the fixed paths that some error_page names
  std::vector<RequestPath> open_;
  std::vector<Arrival> arrivals_;
  std::vector<Ending> endings_;
  std::size_t steps_left_;
};

}  // namespace mtls::config::exposure
