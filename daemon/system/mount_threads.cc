#include "daemon/system/mount_threads.h"

#include <condition_variable>
#include <deque>
#include <system_error>
#include <thread>
#include <utility>

namespace mtls::daemon::system {
namespace {

// A thread without work waits this long for more: the next file on the same mount usually comes at
// once.
constexpr std::chrono::seconds kIdle{10};

struct Task {
  std::function<void()> work;
  bool done = false;
};

}  // namespace

/// Shared by the callers who wait and by the thread, which may outlive them all.
struct MountThreads::MountThread {
  std::mutex mutex;
  std::condition_variable more;
  std::condition_variable done;
  std::deque<std::shared_ptr<Task>> waiting;
  std::shared_ptr<Task> overdue;  // the mount is stuck until this is done
  bool has_thread = false;

  bool start_thread(const std::shared_ptr<MountThread>& self);
  void work_off();
};

bool MountThreads::MountThread::start_thread(const std::shared_ptr<MountThread>& self) {
  if (has_thread) return true;
  try {
    std::thread([self] { self->work_off(); }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  has_thread = true;
  return true;
}

void MountThreads::MountThread::work_off() {
  std::unique_lock lock(mutex);
  while (more.wait_for(lock, kIdle, [this] { return !waiting.empty(); })) {
    const std::shared_ptr<Task> task = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    task->work();
    task->work = nullptr;  // frees what it owned before anybody learns that it is done
    lock.lock();
    task->done = true;
    if (overdue == task) overdue = nullptr;
    done.notify_all();
  }
  has_thread = false;
}

std::shared_ptr<MountThreads::MountThread> MountThreads::thread_of(const std::string& mount) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<MountThread>& thread = threads_[mount];
  if (!thread) thread = std::make_shared<MountThread>();
  return thread;
}

bool MountThreads::run(const std::string& mount, std::function<void()> work) {
  const std::shared_ptr<MountThread> thread = thread_of(mount);
  std::unique_lock lock(thread->mutex);
  if (thread->overdue || !thread->start_thread(thread)) return false;
  const auto task = std::make_shared<Task>(Task{.work = std::move(work)});
  thread->waiting.push_back(task);
  thread->more.notify_one();
  thread->done.wait_for(lock, timeout_, [&] { return task->done || thread->overdue; });
  if (task->done) return true;
  if (std::erase(thread->waiting, task) == 0) {  // the thread is in it
    thread->overdue = task;
    thread->done.notify_all();  // those behind it need not wait
  }
  return false;
}

}  // namespace mtls::daemon::system
