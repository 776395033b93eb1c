namespace Sampan.Engine;

/// <summary>Environments as lists of <c>NAME=value</c>, in the order of first mention.</summary>
public static class EnvironmentList
{
    /// <summary>Sets the variable in <paramref name="entry"/>, in place of an earlier value; an entry without <c>=</c> unsets it.</summary>
    public static void Set(List<string> env, string entry)
    {
        int equals = entry.IndexOf('=');
        var name = equals < 0 ? entry.AsSpan() : entry.AsSpan(0, equals);
        int at = Find(env, name);
        if (equals < 0)
        {
            if (at >= 0)
                env.RemoveAt(at);
        }
        else if (at >= 0)
            env[at] = entry;
        else
            env.Add(entry);
    }

    public static bool Has(List<string> env, string name) => Find(env, name) >= 0;

    private static int Find(List<string> env, ReadOnlySpan<char> name)
    {
        for (int i = 0; i < env.Count; i++)
            if (env[i].Length > name.Length && env[i][name.Length] == '=' && env[i].AsSpan().StartsWith(name))
                return i;
        return -1;
    }
}
