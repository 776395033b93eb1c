using Sampan.Linux;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>What flags read of the process that was given them; replaced in tests.</summary>
internal class HostView
{
    /// <summary>A variable of our environment, or null.</summary>
    public virtual string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    /// <summary>Absolute.</summary>
    public virtual string CurrentDirectory => Readlink.Text("/proc/self/cwd");

    /// <summary>The text of a file the user named.</summary>
    /// <exception cref="SampanException">It cannot be read.</exception>
    public virtual string Text(string path) => SmallFile.Read(path, 4 << 20);

    /// <summary>The value of a variable a flag named without a value: ours.</summary>
    public string? Entry(string name) => Variable(name) is { } value ? $"{name}={value}" : null;
}
