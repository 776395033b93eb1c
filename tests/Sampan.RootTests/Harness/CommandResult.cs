namespace Sampan.RootTests.Harness;

/// <summary>How a command ended and what it said.</summary>
/// <param name="ExitCode">128 + n when it died of signal n, as a shell has it.</param>
internal sealed record CommandResult(string CommandLine, int ExitCode, string Stdout, string Stderr, TimeSpan Elapsed)
{
    /// <summary>Standard output without the line end.</summary>
    public string Line => Stdout.TrimEnd('\n');

    public string[] Lines => Stdout.TrimEnd('\n').Split('\n');

    /// <summary>Asserts exit code 0 and returns itself.</summary>
    public CommandResult Succeeds() => ExitsWith(0);

    public CommandResult ExitsWith(int code)
    {
        Assert.True(ExitCode == code, $"expected exit code {code}\n{this}");
        return this;
    }

    /// <summary>Asserts a failure as a user should see it: the exit code, nothing on standard output, and one line that names every <paramref name="names"/>.</summary>
    public CommandResult FailsWith(int code, params string[] names)
    {
        ExitsWith(code);
        Assert.True(Stdout.Length == 0, $"expected nothing on standard output\n{this}");
        return SaysOneLine(names);
    }

    /// <summary>Asserts a failure of any exit code: nothing on standard output, and one line that names every <paramref name="names"/>.</summary>
    public CommandResult Fails(params string[] names)
    {
        Assert.True(ExitCode != 0, $"expected a failure\n{this}");
        return FailsWith(ExitCode, names);
    }

    /// <summary>Asserts that standard error is one line that holds every <paramref name="names"/>.</summary>
    public CommandResult SaysOneLine(params string[] names)
    {
        Assert.True(Stderr.EndsWith('\n') && Stderr.Count(c => c == '\n') == 1, $"expected one line on standard error\n{this}");
        foreach (string name in names)
            Assert.True(Stderr.Contains(name, StringComparison.OrdinalIgnoreCase), $"expected the message to say \"{name}\"\n{this}");
        Assert.False(Stderr.Contains("   at ", StringComparison.Ordinal) || Stderr.Contains("Exception", StringComparison.Ordinal), $"a stack trace\n{this}");
        return this;
    }

    public override string ToString()
        => $"$ {CommandLine}\nexit code {ExitCode} after {Elapsed.TotalMilliseconds:F0} ms\nstdout: {Stdout}\nstderr: {Stderr}";
}
