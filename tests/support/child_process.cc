#include "tests/support/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <thread>

namespace mtls::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void throw_errno(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

/// The parent opens these, so that the child only needs dup2 after fork.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path)
      : fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw_errno("open");
  }
  ~OutputFile() { close(fd_); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::vector<std::string> environment_with(const std::map<std::string, std::string>& extra) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (!extra.contains(std::string(text.substr(0, text.find('='))))) entries.emplace_back(text);
  }
  for (const auto& [name, value] : extra) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> null_terminated(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& s : strings) pointers.push_back(s.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct Launch {
  char** argv;
  char** environment;
  int standard_output;
  int standard_error;
  int death_signal;
  pid_t parent;
};

/// Runs in the child. Only async-signal-safe calls are allowed, because another thread may have
/// held a lock at the time of fork.
[[noreturn]] void become(const Launch& launch) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, launch.death_signal);
  if (getppid() != launch.parent) _exit(127);  // the parent died before prctl
  dup2(launch.standard_output, STDOUT_FILENO);
  dup2(launch.standard_error, STDERR_FILENO);
  std::signal(SIGPIPE, SIG_DFL);  // the test may ignore it, and exec would pass that on
  execve(launch.argv[0], launch.argv, launch.environment);
  constexpr std::string_view kMessage = "execve failed\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  _exit(127);
}

bool has_exited(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid;
}

}  // namespace

bool eventually(milliseconds limit, const std::function<bool()>& done) {
  const auto deadline = steady_clock::now() + limit;
  while (!done()) {
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds{3});
  }
  return true;
}

ChildProcess::ChildProcess(const ChildSpec& spec) {
  std::vector<std::string> arguments = spec.argv;
  std::vector<std::string> environment = environment_with(spec.environment);
  const std::vector<char*> argv = null_terminated(arguments);
  const std::vector<char*> envp = null_terminated(environment);
  const OutputFile standard_output(output_.path("stdout"));
  const OutputFile standard_error(output_.path("stderr"));
  const Launch launch{.argv = const_cast<char**>(argv.data()),
                      .environment = const_cast<char**>(envp.data()),
                      .standard_output = standard_output.fd(),
                      .standard_error = standard_error.fd(),
                      .death_signal = spec.death_signal,
                      .parent = getpid()};
  pid_ = fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) become(launch);
  setpgid(pid_, pid_);  // the child does the same, so the group exists whoever comes first
}

ChildProcess::~ChildProcess() { terminate(); }

void ChildProcess::signal(int number) {
  if (!exit_code_) kill(pid_, number);
}

std::optional<int> ChildProcess::wait(milliseconds limit) {
  if (exit_code_) return exit_code_;
  if (!eventually(limit, [this] { return has_exited(pid_); })) return std::nullopt;
  kill(-pid_, SIGKILL);  // before reaping, since the zombie reserves the group's number
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_code_;
}

int ChildProcess::terminate(milliseconds limit) {
  signal(SIGTERM);
  if (const std::optional<int> code = wait(limit)) return *code;
  kill(-pid_, SIGKILL);
  return wait(std::chrono::hours{1}).value();
}

}  // namespace mtls::testing
