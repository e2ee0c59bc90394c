#include "daemon/commands/terminal.h"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace mtls::daemon::commands {

bool is_able_terminal(int descriptor) {
  if (isatty(descriptor) == 0) return false;
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  const bool is_told = isatty(descriptor) == 1 && ioctl(descriptor, TIOCGWINSZ, &size) == 0;
  return is_told ? size.ws_col : 0;
}

reports::formats::TextStyle text_style() {
  if (isatty(STDOUT_FILENO) == 0) return reports::formats::TextStyle::kPlain;
  const char* no_colour = std::getenv("NO_COLOR");
  const bool is_wanted = no_colour == nullptr || *no_colour == '\0';  // no-color.org
  return is_wanted && is_able_terminal(STDOUT_FILENO) ? reports::formats::TextStyle::kColour
                                                      : reports::formats::TextStyle::kTable;
}

}  // namespace mtls::daemon::commands
