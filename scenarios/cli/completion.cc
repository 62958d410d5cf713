#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "scenarios/cli/verbs.h"

namespace violin::cli {

namespace {

std::string words(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, " "));
}

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(verb->get_name());
  }
  return names;
}

// Those of verbs within the verb too, and their names.
std::vector<std::string> option_names(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  for (const CLI::App* inner : verb.get_subcommands([](const CLI::App*) { return true; })) {
    if (!inner->get_name().empty()) {
      names.push_back(inner->get_name());
    }
    for (std::string& name : option_names(*inner)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::string bash(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    cases +=
        fmt::format("    {}) options=\"{}\" ;;\n", verb->get_name(), words(option_names(*verb)));
  }
  return fmt::format(R"(_violin() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} options=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{}" -- "$word"))
    return
  fi
  if [ "${{COMP_WORDS[COMP_CWORD-1]}}" = --format ]; then
    COMPREPLY=($(compgen -W "table json" -- "$word"))
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}}
complete -o filenames -F _violin violin
)",
                     words(verb_names(app)), cases);
}

std::string zsh(const CLI::App& app) {
  return "#compdef violin\nautoload -U +X bashcompinit && bashcompinit\n" + bash(app);
}

std::string fish(const CLI::App& app) {
  std::string text;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    text += fmt::format("complete -c violin -n __fish_use_subcommand -f -a {} -d '{}'\n",
                        verb->get_name(), verb->get_description());
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        text +=
            fmt::format("complete -c violin -n '__fish_seen_subcommand_from {}' -l {} -d '{}'\n",
                        verb->get_name(), name, option->get_description());
      }
    }
  }
  return text;
}

}  // namespace

void add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();  // shared by the command's copies of the callback
  CLI::App* verb = app.add_subcommand("completion", "Print a completion script for a shell");
  verb->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->callback([&app, shell] {
    const auto make = *shell == "bash" ? bash : (*shell == "zsh" ? zsh : fish);
    fmt::print("{}", make(app));
  });
}

}  // namespace violin::cli
