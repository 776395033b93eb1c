using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>Cgroups that a container has made below its own, named by who executes a process in one of them.</summary>
public static class SubCgroups
{
    /// <param name="arguments">Each <c>PATH</c>, which must be the only one, or <c>CONTROLLER[,CONTROLLER…]:PATH</c>.</param>
    /// <returns>Controller to path; one without a controller has the empty name.</returns>
    /// <exception cref="SampanException">An argument that is neither, or a controller named twice.</exception>
    public static Dictionary<string, string> Parse(IReadOnlyList<string> arguments)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string argument in arguments)
        {
            int colon = argument.IndexOf(':');
            if (colon < 0)
            {
                if (arguments.Count > 1)
                    throw Invalid($"invalid --cgroup argument: {argument} (missing <controller>: prefix)");
                paths[""] = argument;
                continue;
            }
            foreach (string controller in argument[..colon].Split(','))
            {
                if (controller.Length == 0)
                    throw Invalid($"invalid --cgroup argument: {argument} (empty <controller> prefix)");
                if (!paths.TryAdd(controller, argument[(colon + 1)..]))
                    throw Invalid($"invalid --cgroup argument(s): controller {controller} specified multiple times");
            }
        }
        return paths;
    }

    /// <summary>The container's cgroups, with those of <paramref name="below"/> in the place of their parents.</summary>
    /// <exception cref="SampanException">A path that leaves the container's cgroup, a controller it is not in, or no such cgroup.</exception>
    internal static Dictionary<string, string> Below(Dictionary<string, string> cgroups, IReadOnlyDictionary<string, string> below)
    {
        if (below.Count == 0)
            return cgroups;
        bool v2 = cgroups.Count == 1 && cgroups.ContainsKey("");
        var paths = new Dictionary<string, string>(cgroups, StringComparer.Ordinal);
        foreach (var (named, sub) in below)
        {
            if (named.Length > 0 && !cgroups.ContainsKey(named))
                throw Invalid(v2 ? $"--cgroup: controller {named}: cgroup v2 has one hierarchy; want a path alone" : $"--cgroup: unknown controller {named}");
            foreach (var (controller, path) in cgroups)
            {
                // Controllers of one hierarchy go together.
                if (named.Length == 0 || path == cgroups[named])
                    paths[controller] = Inside(path, sub);
            }
        }
        return paths;
    }

    private static string Inside(string cgroup, string sub)
    {
        string path = Path.GetFullPath($"{cgroup}/{sub}");
        if (path.EndsWith('/'))
            path = path[..^1];
        if (path != cgroup && !path.StartsWith(cgroup + "/", StringComparison.Ordinal))
            throw Invalid($"--cgroup: bad sub cgroup path: {sub}");
        if (Sys.Statx(At.AT_FDCWD, path, out var stat) < 0 || !stat.IsDirectory)
            throw new SampanException(ErrorKind.NotFound, $"--cgroup: adding pid to {path}: no such file or directory");
        return path;
    }

    private static SampanException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
