namespace Sampan.RootTests.Harness;

/// <summary>A <c>--root</c> and a <c>--runroot</c> of the tests' own.</summary>
internal sealed class Store
{
    private static readonly Dictionary<Type, Store> Shared = [];

    private readonly HashSet<string> _seen;

    public Store(string path)
    {
        Root = System.IO.Path.Combine(path, "root");
        RunRoot = System.IO.Path.Combine(path, "run");
        Directory.CreateDirectory(System.IO.Path.Combine(Root, "containers"));
        // The ids of containers that come and go while the test does not look.
        _seen = NameWatch.Of(System.IO.Path.Combine(Root, "containers"));
    }

    public string Root { get; }

    public string RunRoot { get; }

    /// <summary>One store for all tests of a class, so that images are imported once.</summary>
    public static Store Of(Type testClass)
    {
        if (Shared.Count == 0)
            AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveShared();
        if (!Shared.TryGetValue(testClass, out Store? store))
            Shared.Add(testClass, store = new Store(System.IO.Path.Combine(SharedPath, testClass.Name)));
        return store;
    }

    private static string SharedPath => System.IO.Path.Combine(Environment.GetEnvironmentVariable("SAMPAN_TEST_TMP") ?? "/tmp", $"srt{Environment.ProcessId}");

    public IReadOnlyCollection<string> SeenContainers()
    {
        lock (_seen)
            return [.. _seen, .. Directory.Exists(Containers) ? Directory.GetDirectories(Containers).Select(d => System.IO.Path.GetFileName(d)!) : []];
    }

    /// <summary>The directory of the one container there is, or of the one whose id starts with <paramref name="id"/>.</summary>
    public string ContainerDirectory(string id = "") => Directory.GetDirectories(Containers, id + "*").Single();

    /// <summary>Asserts that without containers nothing of any is left: no directory, no live state, no half-written file.</summary>
    public void AssertQuiet()
    {
        IEnumerable<string> left = Entries(Containers).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Concat(Files(RunRoot).Where(f => System.IO.Path.GetFileName(f)[0] != '@')).Concat(Files(Root).Where(IsTemporary));
        Assert.Empty(left);
    }

    private string Containers => System.IO.Path.Combine(Root, "containers");

    private static string[] Entries(string directory) => Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory) : [];

    // Locks of the store itself may stay: removing a lock file others wait for would break the lock.
    private static IEnumerable<string> Files(string directory)
        => Directory.Exists(directory)
            ? Directory.EnumerateFileSystemEntries(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
                .Where(f => !Directory.Exists(f) && !f.EndsWith(".lock", StringComparison.Ordinal) && !f.Contains("/layers/", StringComparison.Ordinal))
            : [];

    private static bool IsTemporary(string file)
    {
        string name = System.IO.Path.GetFileName(file);
        return name.EndsWith(".tmp", StringComparison.Ordinal) || name.StartsWith(".tmp", StringComparison.Ordinal) || name.EndsWith(".new", StringComparison.Ordinal) || name.StartsWith("tmp", StringComparison.Ordinal);
    }

    private static void RemoveShared()
    {
        if (Directory.Exists(SharedPath))
            Directory.Delete(SharedPath, recursive: true);
    }
}
