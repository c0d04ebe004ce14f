curl -u ada:hunter22 https://example.com; mysql -phunter22
