namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What can be called with one value.</summary>
        public interface IModule<T, TResult>
        {
            /// <summary>Applies the module.</summary>
            TResult call(T input1);
        }

        /// <summary>What can be called with two values.</summary>
        public interface IModule<T1, T2, TResult>
        {
            /// <summary>Applies the module.</summary>
            TResult call(T1 input1, T2 input2);
        }

        /// <summary>A module that runs functions before and after its forward computation.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            private readonly OrderedDictionary<string, TPreHook> before = [];
            private readonly OrderedDictionary<string, TPostHook> after = [];

            /// <summary>Makes a module without hooks.</summary>
            /// <param name="name">The module's name.</param>
            protected HookableModule(string name) : base(name) { }

            // copies, so that a hook may take itself away
            private protected TPreHook[] Before => before.Count == 0 ? [] : [.. before.Values];

            private protected TPostHook[] After => after.Count == 0 ? [] : [.. after.Values];

            /// <summary>Runs a function after each call; what it returns, if not null, replaces the result.</summary>
            /// <param name="hook">Takes the module, the inputs and the result.</param>
            /// <returns>Takes the hook away again.</returns>
            public HookRemover register_forward_hook(TPostHook hook)
            {
                var remover = new HookRemover(this, Guid.NewGuid().ToString());
                after.Add(remover.Key, hook);
                return remover;
            }

            /// <summary>Runs a function before each call; what it returns, if not null, replaces the input.</summary>
            /// <param name="hook">Takes the module and the inputs.</param>
            /// <returns>Takes the hook away again.</returns>
            public HookRemover register_forward_pre_hook(TPreHook hook)
            {
                var remover = new HookRemover(this, Guid.NewGuid().ToString());
                before.Add(remover.Key, hook);
                return remover;
            }

            /// <summary>Takes one hook away from its module.</summary>
            public class HookRemover
            {
                private readonly HookableModule<TPreHook, TPostHook> module;

                internal HookRemover(HookableModule<TPreHook, TPostHook> module, string key) => (this.module, Key) = (module, key);

                internal string Key { get; }

                /// <summary>Takes the hook away; a second call does nothing.</summary>
                public void remove()
                {
                    module.before.Remove(Key);
                    module.after.Remove(Key);
                }
            }
        }

        /// <summary>A module of one input.</summary>
        public abstract class Module<T, TResult> : HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>, IModule<T, TResult>
        {
            /// <summary>Makes a module in training mode.</summary>
            /// <param name="name">The module's name.</param>
            protected Module(string name) : base(name) { }

            /// <summary>The computation; run it with <see cref="call"/>, which also runs the hooks.</summary>
            /// <param name="input">The input.</param>
            public abstract TResult forward(T input);

            /// <summary>Runs the hooks before, the computation and the hooks after.</summary>
            /// <param name="input">The input.</param>
            public TResult call(T input)
            {
                foreach (var hook in Before) input = hook(this, input) ?? input;
                var result = forward(input);
                foreach (var hook in After) result = hook(this, input, result) ?? result;
                return result;
            }
        }

        /// <summary>A module of two inputs.</summary>
        public abstract class Module<T1, T2, TResult> : HookableModule<Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult>>, IModule<T1, T2, TResult>
        {
            /// <summary>Makes a module in training mode.</summary>
            /// <param name="name">The module's name.</param>
            protected Module(string name) : base(name) { }

            /// <summary>The computation; run it with <see cref="call"/>, which also runs the hooks.</summary>
            /// <param name="input1">The first input.</param>
            /// <param name="input2">The second input.</param>
            public abstract TResult forward(T1 input1, T2 input2);

            /// <summary>Runs the hooks before, the computation and the hooks after.</summary>
            /// <param name="input1">The first input.</param>
            /// <param name="input2">The second input.</param>
            public TResult call(T1 input1, T2 input2)
            {
                foreach (var hook in Before) (input1, input2) = hook(this, input1, input2) ?? (input1, input2);
                var result = forward(input1, input2);
                foreach (var hook in After) result = hook(this, input1, input2, result) ?? result;
                return result;
            }
        }
    }
}
