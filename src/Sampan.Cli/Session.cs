using Sampan.Engine;
using Sampan.Linux;

namespace Sampan.Cli;

/// <summary>What every verb works with: the two output streams, and the places of the engine.</summary>
public sealed class Session(Output output, Output errors)
{
    private GlobalFlags _global = new();
    private ContainerEngine? _engine;

    /// <summary>Standard output; flushed when the verb returns.</summary>
    public Output Out { get; } = output;

    /// <summary>Standard error.</summary>
    public Output Errors { get; } = errors;

    /// <summary>Says on one line what went wrong.</summary>
    /// <returns><paramref name="code"/>, for the caller to exit with.</returns>
    public int Fail(string message, int code)
    {
        Warn(message);
        return code;
    }

    public void Warn(string message)
    {
        // What was printed before the failure comes first, also when both streams are one terminal.
        Out.Flush();
        Errors.Write("sampan: ");
        Errors.Write(OneLine(message));
        Errors.Write("\n");
        Errors.Flush();
    }

    /// <summary>Names that come from outside may hold anything: control characters are shown, not obeyed.</summary>
    private static string OneLine(string text)
    {
        bool clean = true;
        foreach (char c in text)
            clean &= !char.IsControl(c);
        if (clean)
            return text;
        var line = new System.Text.StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (c == '\n')
                line.Append("\\n");
            else if (char.IsControl(c))
                line.Append("\\x").Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            else
                line.Append(c);
        }
        return line.ToString();
    }

    /// <summary>The engine at the places that flags and environment name.</summary>
    /// <exception cref="SampanException">A place that is no absolute path.</exception>
    public ContainerEngine Engine => _engine ??= new ContainerEngine(PlacesOf(_global), _global.StorageDriver.Value ?? EnvironmentValue.Of("SAMPAN_STORAGE_DRIVER"));

    private static Places PlacesOf(GlobalFlags global)
    {
        var places = new Places(Place(global.Root.Value, "SAMPAN_ROOT", Places.DefaultRoot), Place(global.RunRoot.Value, "SAMPAN_RUNROOT", Places.DefaultRunRoot), Binaries());
        return EnvironmentValue.Of("SAMPAN_RUNTIME") is { } runtime ? places with { Runtime = runtime } : places;
    }

    private static string Place(string? flag, string variable, string fallback)
    {
        string path = flag ?? EnvironmentValue.Of(variable) ?? fallback;
        if (!path.StartsWith('/'))
            path = $"{Readlink.Text("/proc/self/cwd")}/{path}";
        return AbsolutePath.Clean(path);
    }

    /// <summary>Where we lie, so lies the launcher.</summary>
    private static string Binaries()
    {
        string self = Readlink.Text("/proc/self/exe");
        return self[..Math.Max(self.LastIndexOf('/'), 1)];
    }

    internal void Locate(GlobalFlags global) => _global = global;
}
