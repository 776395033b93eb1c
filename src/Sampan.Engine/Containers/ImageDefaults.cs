using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>What the image says where the user said nothing: by Docker's rules.</summary>
internal static class ImageDefaults
{
    /// <summary>Fills <paramref name="config"/> from <paramref name="image"/>.</summary>
    /// <returns>The command: entrypoint, then arguments.</returns>
    /// <exception cref="SampanException">Neither names a program.</exception>
    public static List<string> Merge(ContainerSettings config, ContainerConfig image)
    {
        // An entrypoint of the user's makes the image's arguments meaningless.
        if (config.Entrypoint is null)
        {
            config.Cmd ??= image.Cmd;
            config.Entrypoint = image.Entrypoint;
        }
        if (config.Entrypoint is [""])
            config.Entrypoint = null;
        List<string> command = [.. config.Entrypoint ?? [], .. config.Cmd ?? []];
        if (command.Count == 0)
            throw new SampanException(ErrorKind.InvalidArgument, $"no command specified: image {config.Image} has none, name one after it");
        config.Env = Environment(config.UnsetEnvAll ? null : image.Env, config.Env, config.UnsetEnv);
        config.WorkingDir = OrElse(config.WorkingDir, image.WorkingDir);
        config.User = OrElse(config.User, image.User);
        config.StopSignal ??= image.StopSignal;
        config.StopTimeout ??= image.StopTimeout;
        config.Healthcheck = HealthChecks.Merge(config.Healthcheck, image.Healthcheck);
        config.Volumes ??= image.Volumes;
        config.ExposedPorts ??= image.ExposedPorts;
        foreach (var (name, value) in image.Labels ?? [])
            (config.Labels ??= []).TryAdd(name, value);
        return command;
    }

    private static List<string>? Environment(List<string>? image, List<string>? user, List<string>? unset)
    {
        if (image is null)
            return user;
        var env = new List<string>(image);
        foreach (string name in unset ?? [])
            EnvironmentList.Set(env, name);
        foreach (string entry in user ?? [])
            EnvironmentList.Set(env, entry);
        return env;
    }

    private static string? OrElse(string? mine, string? images) => string.IsNullOrEmpty(mine) ? images : mine;
}
