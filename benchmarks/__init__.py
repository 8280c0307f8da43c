"""What the job costs, beside other tools. Not tests: nothing here fails because a machine is slow."""
