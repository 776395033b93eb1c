using System.Text;

namespace Sampan.Cgroups;

/// <summary>
/// What a <c>linux.cgroupsPath</c> of the form <c>slice:prefix:name</c> says for systemd: <see href="https://www.freedesktop.org/software/systemd/man/latest/systemd.slice.html">systemd.slice(5)</see>,
/// <see href="https://www.freedesktop.org/software/systemd/man/latest/systemd.scope.html">systemd.scope(5)</see>.
/// </summary>
/// <param name="Slice">Such as <c>machine.slice</c>.</param>
/// <param name="Name">Of the unit, a scope: a slice, which runc's library makes for whom it serves, holds no processes.</param>
public sealed record UnitName(string Slice, string Name)
{
    private const string Suffix = ".slice", Field = "linux.cgroupsPath";

    /// <summary>The unit's cgroup, below that of the manager.</summary>
    public string Path => (Expand(Slice) is "/" ? "" : Expand(Slice)) + "/" + Name;

    /// <param name="path">Null or empty: a scope of the container's id.</param>
    /// <param name="slice">Where the path names none.</param>
    /// <exception cref="SampanException">The path has another form.</exception>
    public static UnitName Of(string? path, string id, string slice)
    {
        if (string.IsNullOrEmpty(path))
            return new(slice, $"sampan-{id}.scope");
        string[] parts = path.Split(':');
        if (parts.Length != 3 || parts[2].Length == 0)
            throw new SampanException(ErrorKind.InvalidArgument, $"{Field}: expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"{path}\" instead");
        if (parts[2].EndsWith(Suffix, StringComparison.Ordinal))
            throw new SampanException(ErrorKind.InvalidArgument, $"{Field}: \"{path}\": unable to start unit \"{parts[2]}\": a slice holds no processes, a container needs a scope");
        string name = $"{parts[1]}-{parts[2]}.scope";
        if (name.Length > 255 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '_' or '.' or '\\' or '@'))
            throw new SampanException(ErrorKind.InvalidArgument, $"{Field}: \"{path}\": {name} is not the name of a unit");
        var unit = new UnitName(parts[0].Length > 0 ? parts[0] : slice, name);
        Expand(unit.Slice);
        return unit;
    }

    /// <summary>A dash in a slice's name goes one level down: <c>a-b.slice</c> lies at <c>/a.slice/a-b.slice</c>.</summary>
    public static string Expand(string slice)
    {
        if (slice == "-.slice")
            return "/";
        var path = new StringBuilder();
        if (!slice.EndsWith(Suffix, StringComparison.Ordinal) || slice.Contains('/'))
            throw Invalid(slice);
        string name = slice[..^Suffix.Length];
        for (int end = name.IndexOf('-'), start = 0; ; start = end + 1, end = name.IndexOf('-', start))
        {
            if ((end < 0 ? name.Length : end) == start)
                throw Invalid(slice);
            path.Append('/').Append(end < 0 ? name : name[..end]).Append(Suffix);
            if (end < 0)
                return path.ToString();
        }
    }

    private static SampanException Invalid(string slice) => new(ErrorKind.InvalidArgument, $"{Field}: \"{slice}\" is not the name of a slice");
}
