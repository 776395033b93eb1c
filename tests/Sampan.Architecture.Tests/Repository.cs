using System.Reflection;

namespace Sampan.Architecture.Tests;

/// <summary>The source tree the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>Files under <paramref name="folder"/> as paths relative to the root, build outputs left out.</summary>
    public static IEnumerable<string> Files(string folder, string pattern = "*")
    {
        string start = PathOf(folder);
        if (!Directory.Exists(start))
            return [];
        return Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f))
            .Where(f => !f.Split('/').Any(part => part is "artifacts" or "bin" or "obj" or ".git" or "TestResults" or "node_modules"))
            .Order(StringComparer.Ordinal);
    }
}
