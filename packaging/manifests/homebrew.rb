class Sockscope < Formula
  desc "Desktop socket debugger that never drops a byte and never freezes"
  homepage "@HOME@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@HOME@/releases/download/v@VERSION@/sockscope-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256 aarch64-apple-darwin.tar.gz@"
    end
    on_intel do
      url "@HOME@/releases/download/v@VERSION@/sockscope-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256 x86_64-apple-darwin.tar.gz@"
    end
  end

  on_linux do
    on_arm do
      url "@HOME@/releases/download/v@VERSION@/sockscope-@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 aarch64-unknown-linux-gnu.tar.gz@"
    end
    on_intel do
      url "@HOME@/releases/download/v@VERSION@/sockscope-@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 x86_64-unknown-linux-gnu.tar.gz@"
    end
  end

  def install
    bin.install "sockscope", "sockscope-cli"
    man1.install Dir["share/man/man1/*"]
    bash_completion.install "completions/sockscope-cli.bash" => "sockscope-cli"
    zsh_completion.install "completions/_sockscope-cli"
    fish_completion.install "completions/sockscope-cli.fish"
    doc.install "README.md", "CHANGELOG.md", "THIRD-PARTY-LICENCES.txt", "docs"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/sockscope-cli --version")
    shell_output("#{bin}/sockscope-cli listen tcp 127.0.0.1:0 --for 0.1 --journal #{testpath}/a.skj")
    assert_match(/whole +yes/, shell_output("#{bin}/sockscope-cli verify #{testpath}/a.skj"))
  end
end
