using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Images;

namespace Sampan.Cli.Verbs;

internal sealed class LoginVerb : Verb
{
    private readonly TextFlag _user;
    private readonly TextFlag _password;
    private readonly BoolFlag _fromInput;
    private readonly BoolFlag _tlsVerify;

    public LoginVerb()
    {
        _user = Flags.Text("username", 'u', "Username");
        _password = Flags.Text("password", 'p', "Password");
        _fromInput = Flags.Bool("password-stdin", '\0', "Take the password from stdin");
        _tlsVerify = TlsVerifyFlag.Add(Flags);
    }

    public override string Name => "login";

    public override string Arguments => "[OPTIONS] [SERVER]";

    public override string Summary => "Log in to a registry";

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        string server = arguments.Count > 0 ? RegistryLogin.ServerName(arguments[0]) : ImageReference.DefaultDomain;
        if (_fromInput.Value && _password.Value is not null)
            return session.Fail("--password and --password-stdin are mutually exclusive", 1);
        if (_fromInput.Value && string.IsNullOrEmpty(_user.Value))
            return session.Fail("must provide --username with --password-stdin", 1);
        if (_password.Value is not null)
            session.Warn("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
        string user = _user.Value is { Length: > 0 } given ? given : Question.Ask(session, "Username: ", silent: false);
        string password = _fromInput.Value ? Question.RestOfInput() : _password.Value ?? Question.Ask(session, "Password: ", silent: true);
        if (user.Length == 0 || password.Length == 0)
            return session.Fail($"{(user.Length == 0 ? "username" : "password")} is empty", 1);
        RegistryLogin.Login(server, user, password, !_tlsVerify.Value, default).GetAwaiter().GetResult();
        session.Out.Line("Login Succeeded");
        return 0;
    }
}
